// What of a turn becomes a span, and how much of it may be seen there.
import type { TurnLease } from '../conversations/conversations.ts'
import { createRedactor } from '../secrets/rules/redact.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { describeConversation } from '../telemetry/gen-ai.ts'
import { type Span, type SpanOptions, type Traces, traced } from '../telemetry/traces.ts'
import type { FoundTurn } from './running-turn.ts'

/** A turn that the call of its message starts belongs to that call; any other one begins a trace. */
export function asTurn<T>(traces: Traces, lease: TurnLease, work: (span: Span) => Promise<T>): Promise<T> {
  const { conversation_id, turn_id, organization_id, begun } = lease
  const attributes = {
    ...describeConversation(conversation_id, begun?.conversation.agent_id ?? null),
    'parley.turn.id': turn_id,
    'parley.organization.id': organization_id,
  }
  const options: SpanOptions = begun ? { attributes } : { attributes, parent: 'none' }
  return traced(traces, 'turn', options, work)
}

/**
 * How a text of the turn may be kept in its trace: without the organization's secrets, and without what its conversation does not keep.
 * Undefined: it may not.
 */
export async function recordedIn(
  { captures_content }: Traces,
  { redactor }: Pick<FoundTurn, 'redactor'>,
  readSecrets: () => Promise<Secrets>,
): Promise<((text: string) => string) | undefined> {
  if (!captures_content) return undefined
  const secrets = createRedactor(await readSecrets())
  return (text) => {
    const kept = secrets.redactText(text)
    return redactor?.redactText(kept) ?? kept
  }
}
