// What differs between two versions: each field with what it was and what it is.
import type { Output } from '@parley/sdk'
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../../session-context.ts'
import type { Session } from '../../session.ts'
import { formatJson } from '../../format.ts'
import { agentTexts } from '../../texts/agents.ts'
import { Button } from '../../ui/button.tsx'
import { notifyError } from '../../ui/notify.ts'
import { ErrorState, LoadingState } from '../../ui/state.tsx'
import { TextDifference } from './text-difference.tsx'

const words = agentTexts.comparison

type Difference = Output<'compareAgentVersions'>['differences'][number]

/** `revision` is that of the draft that is compared. */
export function comparisonQuery({ client }: Session, agent_id: string, from: number, to: number, revision: number) {
  return queryOptions({
    queryKey: ['comparison', agent_id, from, to, revision],
    queryFn: ({ signal }) => client.compareAgentVersions({ agent_id, from_version: from, to_version: to }, { signal }),
  })
}

interface Props {
  agent_id: string
  from: number
  to: number
  revision: number
}

export function Comparison({ agent_id, from, to, revision }: Props) {
  const session = useSession()
  const { data, error, isPending, refetch } = useQuery(comparisonQuery(session, agent_id, from, to, revision))
  if (isPending) return <LoadingState />
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  const { differences } = data
  if (differences.length === 0)
    return (
      <p role="status" className="text-soft">
        {words.none}
      </p>
    )
  return (
    <div className="flex flex-col gap-3">
      <p role="status">{words.count(differences.length)}</p>
      <InWords key={`${from} ${to} ${revision}`} agent_id={agent_id} from={from} to={to} />
      <ul className="flex flex-col gap-3">
        {differences.map((difference) => (
          <li key={`${difference.op} ${difference.path}`} className="min-w-0 rounded-md border border-line bg-surface">
            <h4 className="flex items-baseline gap-2 border-b border-line px-3 py-1.5">
              <code className="min-w-0 flex-1 font-mono text-xs break-words">{difference.label || words.whole}</code>
              <span className="text-xs text-faint">{words.ops[difference.op]}</span>
            </h4>
            <Values difference={difference} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function Values({ difference: { op, from, to } }: { difference: Difference }) {
  const before = op === 'added' ? '' : toText(from)
  const after = op === 'removed' ? '' : toText(to)
  return <TextDifference before={before} after={after} />
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : formatJson(value)
}

/** What the default model says of the difference; only when asked, since it is sent there. */
function InWords({ agent_id, from, to }: Omit<Props, 'revision'>) {
  const { client } = useSession()
  const [text, setText] = useState('')
  const describe = useMutation({
    mutationFn: async () => {
      setText('')
      const input = { agent_id, from_version: from, to_version: to }
      for await (const piece of client.streamAgentVersionComparison(input)) setText((before) => before + piece)
    },
    onError: notifyError,
  })
  return (
    <div className="flex flex-col items-start gap-2">
      <Button disabled={describe.isPending} onClick={() => describe.mutate()}>
        {words.describe}
      </Button>
      {text !== '' && (
        <p aria-live="polite" className="w-full rounded-md bg-sunken px-3 py-2 break-words whitespace-pre-wrap">
          {text}
        </p>
      )}
    </div>
  )
}
