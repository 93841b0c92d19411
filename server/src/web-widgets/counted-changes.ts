// What the change of a conversation adds to its widget's counters: messages, and the tokens that its turns have cost.
import { isUuid } from '../base/ports.ts'
import { statement } from '../database/database.ts'
import type { CommitAddition } from '../conversations/conversations.ts'
import type { Change, TokenUsage } from '../conversations/machine/change.ts'
import { isUserMessage } from '../conversations/machine/statistics-of-change.ts'
import { charactersOfTranscript } from '../conversations/read/visited.ts'
import { sendCounters } from './count-rows.ts'

// Where the provider does not say: a quarter of the characters of all that was said so far, which the model has read.
const estimateStatement = statement(
  'count_estimated_tokens',
  `insert into web_widget_deltas (widget_id, organization_id, counters)
   select $3, $2, jsonb_build_object('tokens', ceil(${charactersOfTranscript('$1', '$2')} / 4.0)::bigint)`,
)

export const countedChanges: CommitAddition = {
  on: ['items', 'turn_ended'],
  write(tx, { state: { id, organization_id, web_widget_id }, change }) {
    if (web_widget_id === null || !isUuid(web_widget_id)) return
    const messages = change.items.filter(isUserMessage).length
    const usages = usagesOf(change)
    const tokens = usages.reduce(
      (sum, { input_tokens, output_tokens }) => sum + (input_tokens ?? 0) + (output_tokens ?? 0),
      0,
    )
    const counters = { ...(messages > 0 ? { messages } : {}), ...(tokens > 0 ? { tokens } : {}) }
    if (messages + tokens > 0) sendCounters(tx, organization_id, web_widget_id, counters)
    const isUnknown = usages.some(({ input_tokens, output_tokens }) => input_tokens === null && output_tokens === null)
    if (isUnknown) tx.send(estimateStatement, [id, organization_id, web_widget_id])
  },
}

/** Of each call of a model that the change reports. */
function usagesOf({ step, ended_turns }: Change): TokenUsage[] {
  return [...(step ? [step] : []), ...ended_turns.filter(({ steps }) => steps > 0)]
}
