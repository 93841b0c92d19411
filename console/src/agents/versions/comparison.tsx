// The differences between two versions: each field with both values.
import type { Output } from '@parley/sdk'
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import type { Session } from '../../session/session.ts'
import { formatJson } from '../../base/format.ts'
import { useIsRoomy } from '../../ui/use-media.ts'
import { agentTexts } from '../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Icon } from '../../ui/icons.tsx'
import { notifyError } from '../../ui/notify.ts'
import { ErrorState, LoadingState } from '../../ui/state.tsx'
import { TextDifference } from '../../ui/text-difference.tsx'

const words = agentTexts.comparison

type Difference = Output<'compareAgentVersions'>['differences'][number]

/** `revision` is the revision of the draft that is compared. */
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
  const isRoomy = useIsRoomy()
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
      <InWords key={`${from} ${to} ${revision}`} agent_id={agent_id} from={from} to={to}>
        <p role="status">{words.count(differences.length)}</p>
      </InWords>
      <ul className="flex flex-col gap-3">
        {differences.map((difference) => (
          <li key={`${difference.op} ${difference.path}`} className="min-w-0 rounded-md border border-line bg-surface">
            <h4 className="flex items-baseline gap-2 border-b border-line px-3 py-1.5">
              <Name difference={difference} />
            </h4>
            <Values difference={difference} isSideBySide={isRoomy} />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The lines of the text can be unfolded. */
export function FoldedDifference({ difference }: { difference: Difference }) {
  return (
    <Disclosure
      className="group min-w-0 rounded-md border border-line"
      summary={
        <summary className="flex list-none items-baseline gap-2 rounded-md px-3 py-1.5 hover:bg-hover">
          <Name difference={difference} />
          <Icon name="right" width="12" height="12" className="shrink-0 self-center text-faint group-open:rotate-90" />
        </summary>
      }
    >
      <div className="border-t border-line">
        <Values difference={difference} isSideBySide={false} />
      </div>
    </Disclosure>
  )
}

function Name({ difference: { label, op } }: { difference: Difference }) {
  return (
    <>
      <code className="min-w-0 flex-1 font-mono text-xs break-words">{label || words.whole}</code>
      <span className="text-xs text-faint">{words.ops[op]}</span>
    </>
  )
}

interface ValuesProps {
  difference: Difference
  isSideBySide: boolean
}

function Values({ difference: { op, from, to }, isSideBySide }: ValuesProps) {
  const before = op === 'added' ? '' : toText(from)
  const after = op === 'removed' ? '' : toText(to)
  return <TextDifference before={before} after={after} isSideBySide={isSideBySide && op === 'changed'} />
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : formatJson(value)
}

/** A description of the differences by the default model. Only on request, because it is sent to the provider. */
function InWords({ agent_id, from, to, children }: Omit<Props, 'revision'> & { children: ReactNode }) {
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
    <div className="flex flex-wrap items-center justify-between gap-2">
      {children}
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
