// The differences between two versions, each of which opens to its lines.
import { useQuery } from '@tanstack/react-query'
import { useSession } from '../../session/session-context.ts'
import { FoldedDifference } from '../../ui/folded-difference.tsx'
import { ErrorState, LoadingState } from '../../ui/state.tsx'
import { versionTexts as words } from './texts.ts'

interface Props {
  workflow_id: string
  from: number
  to: number
  /** Of a draft, so that what it was before is read again. */
  revision: number
}

export function Differences({ workflow_id, from, to, revision }: Props) {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['workflow-comparison', workflow_id, from, to, revision],
    queryFn: ({ signal }) =>
      client.compareWorkflowVersions({ workflow_id, from_version: from, to_version: to }, { signal }),
  })
  if (isPending) return <LoadingState />
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (data.differences.length === 0)
    return (
      <p role="status" className="text-soft">
        {words.same}
      </p>
    )
  return (
    <ul className="flex flex-col gap-1.5">
      {data.differences.map((difference) => (
        <li key={`${difference.op} ${difference.path}`}>
          <FoldedDifference difference={difference} whole={words.whole} op={words.ops[difference.op]} />
        </li>
      ))}
    </ul>
  )
}
