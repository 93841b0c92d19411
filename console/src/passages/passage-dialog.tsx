// The passage that a citation or a record of a turn names.
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { Modal } from '../ui/dialog.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { PassagePlace, PassageText } from './passage.tsx'
import { passageTexts as words } from './texts.ts'

const readers = ['sources:read', 'sources:manage', 'agents:manage'] as const

interface Props {
  chunk_id: string
  number: number
  query?: string
  onClose: () => void
}

export function PassageDialog({ chunk_id, number, query = '', onClose }: Props) {
  const mayRead = holdsAny(useSession(), readers)
  return (
    <Modal open onOpenChange={(open) => open || onClose()} title={words.dialog(number)}>
      {mayRead ? <Found chunk_id={chunk_id} query={query} /> : <p className="text-soft">{words.toRead}</p>}
    </Modal>
  )
}

function Found({ chunk_id, query }: { chunk_id: string; query: string }) {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['chunk', chunk_id],
    queryFn: ({ signal }) => client.getChunk({ chunk_id }, { signal }),
  })
  if (error instanceof ApiError && error.status === 404) return <p className="text-soft">{words.gone}</p>
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return (
    <>
      <PassagePlace {...data} />
      {!data.serving && <p className="rounded-md bg-warn-wash px-3 py-2 text-warn">{words.replaced}</p>}
      <PassageText text={data.content} query={query} isUnfolded />
      <p className="text-xs text-faint">
        {words.from} <bdi>{data.dataset_name}</bdi>
      </p>
    </>
  )
}
