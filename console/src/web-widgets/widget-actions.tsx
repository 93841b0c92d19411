// Publishing, which names the sites and the version that answers there, and deleting.
import type { WebWidget } from '@parley/contract'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { PopupMenu, PopupMenuItem } from '../ui/popup.tsx'
import { widgetTexts as words } from './texts.ts'
import { usePinned } from './use-pinned.ts'

export function Actions({ widget, isChanged }: { widget: WebWidget; isChanged: boolean }) {
  const { client } = useSession()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<'publish' | 'remove' | null>(null)
  const { id: web_widget_id, published } = widget
  return (
    <>
      <Button kind={published ? 'plain' : 'primary'} onClick={() => setAsking('publish')}>
        {published ? words.unpublish : words.publish}
      </Button>
      <PopupMenu trigger={<IconButton icon="more" label={words.more} />}>
        <PopupMenuItem icon="trash" isDangerous onSelect={() => setAsking('remove')}>
          {words.remove}
        </PopupMenuItem>
      </PopupMenu>
      {asking === 'publish' && <PublishDialog widget={widget} isChanged={isChanged} onClose={() => setAsking(null)} />}
      {asking === 'remove' && (
        <AskDialog
          isDangerous
          title={words.removeTitle}
          text={words.removeText}
          submit={words.remove}
          done={words.removed}
          changes={[['web-widgets', 'pages']]}
          act={() => client.deleteWebWidget({ web_widget_id })}
          // What was not saved goes with it.
          onDone={() => void navigate({ to: '/web-widgets', ignoreBlocker: true })}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  )
}

interface PublishProps {
  widget: WebWidget
  isChanged: boolean
  onClose: () => void
}

function PublishDialog({ widget, isChanged, onClose }: PublishProps) {
  const { client } = useSession()
  const { agent, version } = usePinned(widget)
  const { id: web_widget_id, published, domains, live_reason } = widget
  const who = words.versionOf(agent, version?.version ?? null)
  return (
    <AskDialog
      title={published ? words.unpublishTitle : words.publishTitle}
      text={published ? words.unpublishText : words.publishText(who)}
      submit={published ? words.unpublish : words.publish}
      done={published ? words.unpublished : words.published}
      changes={[['web-widgets']]}
      act={() => client.updateWebWidget({ web_widget_id, published: !published })}
      onClose={onClose}
    >
      <ul aria-label={words.columns.sites} className="max-h-48 overflow-y-auto rounded-md bg-sunken px-3 py-2">
        {domains.length === 0 ? (
          <li className="text-warn">{words.anySiteAtAll}</li>
        ) : (
          domains.map((domain) => <li key={domain}>{domain}</li>)
        )}
      </ul>
      {!published && isChanged && <p className="text-warn">{words.publishUnsaved}</p>}
      {!published && version?.published === false && <p className="text-warn">{words.help.version_not_published}</p>}
      {!published && live_reason === 'agent_inactive' && <p className="text-warn">{words.help.agent_inactive}</p>}
    </AskDialog>
  )
}
