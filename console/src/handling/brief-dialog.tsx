// The brief of a conversation, written afresh each time it is opened.
import type { AgentAssistBrief } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useSession } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { Modal } from '../ui/dialog.tsx'
import { Facts } from '../ui/facts.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import type { DialogProps } from './dialogs.tsx'
import { handlingTexts } from './texts.ts'

const words = handlingTexts.brief

export function BriefDialog({ conversation: { id: conversation_id }, onClose }: DialogProps) {
  const { client } = useSession()
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['brief', conversation_id],
    queryFn: ({ signal }) => client.getConversationBrief({ conversation_id }, { signal }),
    // It is as old as the moment it was written.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <Modal open onOpenChange={(open) => open || onClose()} title={words.title} description={words.intro}>
      {isFetching && <LoadingState />}
      {!isFetching && error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!isFetching && data && (
        <>
          <Brief brief={data} />
          <Button icon="again" className="self-start" onClick={() => void refetch()}>
            {words.again}
          </Button>
        </>
      )}
    </Modal>
  )
}

function Brief({ brief }: { brief: AgentAssistBrief }) {
  const { header, transfer_reason, call_summary, information_collected, suggested_next_steps, compliance_flags } = brief
  return (
    <Facts
      rows={[
        [words.mood, header.sentiment.label],
        [words.why, transfer_reason],
        [words.summary, <Lines key="summary" lines={call_summary} />],
        [
          words.collected,
          information_collected.length > 0 && (
            <Lines key="collected" lines={information_collected.map(({ key, value }) => `${key}: ${textOf(value)}`)} />
          ),
        ],
        [
          words.steps,
          <Lines
            key="steps"
            lines={suggested_next_steps.map(({ action, confidence }) => `${action} (${words.confidence[confidence]})`)}
          />,
        ],
        [words.flags, compliance_flags.length > 0 && <Lines key="flags" lines={compliance_flags} />],
      ].map(([name, value]) => [name as string, (value || null) as ReactNode] as const)}
    />
  )
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="flex flex-col gap-1">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
