// The executions of workflows around a conversation, and in it.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { formatClock } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { holdsAny } from '../session/rights.ts'
import { ExecutionLabel } from '../ui/execution-status.tsx'
import { Section } from './details-parts.tsx'
import { conversationTexts } from './texts.ts'

const most_shown = 20
/** It begins after the conversation has ended. */
const poll_ms = 5000

interface Props {
  conversation_id: string
  /** With each event there may be another. */
  events: number
}

export function WorkflowsSection({ conversation_id, events }: Props) {
  const session = useSession()
  const { data } = useQuery({
    queryKey: ['workflow-executions', 'conversation', conversation_id, events],
    queryFn: ({ signal }) => session.client.listWorkflowExecutions({ conversation_id, limit: most_shown }, { signal }),
    enabled: holdsAny(session, ['workflows:read', 'workflows:manage']),
    placeholderData: (before) => before,
    refetchInterval: poll_ms,
    retry: false,
  })
  if (!data || data.data.length === 0) return null
  return (
    <Section title={conversationTexts.section.workflows}>
      <ul className="flex flex-col gap-1">
        {data.data.map(({ id, status, queued_at }) => (
          <li key={id}>
            <Link
              to="/workflows/executions/$execution_id"
              params={{ execution_id: id }}
              className="flex items-baseline gap-2 rounded px-1 py-0.5 hover:bg-hover"
            >
              <span className="min-w-0 flex-1 truncate">
                <ExecutionLabel status={status} />
              </span>
              <time dateTime={queued_at} className="numeric text-xs text-faint">
                {formatClock(queued_at)}
              </time>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  )
}
