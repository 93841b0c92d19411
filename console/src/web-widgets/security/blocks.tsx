// The visitors of a widget that are blocked, with the conversation for which each was.
import type { WebWidget } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { Link } from '@tanstack/react-router'
import { formatFull } from '../../base/format.ts'
import { useSession } from '../../session/session-context.ts'
import { type Column, PagedTable } from '../../settings/paged-table.tsx'
import { Section } from '../../settings/settings-page.tsx'
import { useChange } from '../../settings/use-change.ts'
import { usePages } from '../../settings/use-pages.ts'
import { Button } from '../../ui/button.tsx'
import { securityTexts as words } from '../section-texts.ts'

type Block = Output<'listWebWidgetBlocks'>['data'][number]

export function Blocks({ widget: { id: web_widget_id }, isReadOnly }: { widget: WebWidget; isReadOnly: boolean }) {
  const { client } = useSession()
  const queryKey = ['web-widgets', web_widget_id, 'blocks']
  const query = usePages<Block>(queryKey, (page, call) => client.listWebWidgetBlocks({ web_widget_id, ...page }, call))
  const change = useChange(queryKey)
  const remove = ({ block_id }: Block) => (
    <Button
      kind="quiet"
      onClick={() => void change(client.deleteWebWidgetBlock({ web_widget_id, block_id }), words.unblocked)}
    >
      {words.unblock}
    </Button>
  )
  return (
    <Section title={words.blocks} intro={words.blocksIntro}>
      <PagedTable
        label={words.blocks}
        query={query}
        empty={words.noBlocks}
        keyOf={({ block_id }) => block_id}
        columns={columns}
        renderActions={isReadOnly ? undefined : remove}
      />
    </Section>
  )
}

const columns: Column<Block>[] = [
  {
    name: words.conversation,
    render: ({ conversation_id }) => (
      <Link
        to="/conversations/$conversation_id"
        params={{ conversation_id }}
        className="font-mono text-xs underline decoration-line underline-offset-2 wrap-anywhere hover:decoration-ink"
      >
        {conversation_id}
      </Link>
    ),
  },
  { name: words.until, render: ({ expires_at }) => formatFull(expires_at) },
  { name: words.reason, isExtra: true, render: ({ reason }) => reason ?? '' },
]
