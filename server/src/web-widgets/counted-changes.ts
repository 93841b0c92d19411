// What the change of a conversation adds to its widget's counters: messages, and the tokens that its turns have cost.
import { isUuid } from '../base/ports.ts'
import { statement } from '../database/database.ts'
import type { CommitAddition } from '../conversations/conversations.ts'
import type { Change, TokenUsage } from '../conversations/machine/change.ts'
import type { Planned } from '../conversations/machine/plan.ts'
import { isUserMessage } from '../conversations/machine/statistics-of-change.ts'
import { charactersOfTranscript } from '../conversations/read/visited.ts'
import type { Counting } from './counting.ts'
import { type Counted, type WidgetCounters, sendAllCounters } from './count-rows.ts'

// Where the provider does not say: a quarter of the characters of all that was said so far, which the model has read.
const estimateStatement = statement(
  'count_estimated_tokens',
  `insert into web_widget_deltas (widget_id, organization_id, counters)
   select $3, $2, jsonb_build_object('tokens', ceil(${charactersOfTranscript('$1', '$2')} / 4.0)::bigint)`,
)

export const countedChanges = ({ noteCounters }: Pick<Counting, 'noteCounters'>): CommitAddition => ({
  on: ['items', 'turn_ended'],
  writeAll(tx, plans) {
    const of_widgets = plans.filter(({ state: { web_widget_id } }) => web_widget_id !== null && isUuid(web_widget_id))
    if (of_widgets.length === 0) return
    sendAllCounters(tx, addedUp(of_widgets))
    noteCounters()
    for (const { state, change } of of_widgets) {
      const isUnknown = usagesOf(change).some((usage) => usage.input_tokens === null && usage.output_tokens === null)
      if (isUnknown) tx.send(estimateStatement, [state.id, state.organization_id, state.web_widget_id])
    }
  },
})

/** One row for each widget: the cap of tokens reads those that are not added up yet. */
function addedUp(plans: Planned[]): Counted[] {
  const of_widget = new Map<string, Counted>()
  for (const { state, change } of plans) {
    const widget_id = state.web_widget_id!
    const counters: WidgetCounters = of_widget.get(widget_id)?.counters ?? {}
    for (const [name, count] of Object.entries(countersOf(change))) counters[name] = (counters[name] ?? 0) + count
    const { organization_id } = state
    if (Object.keys(counters).length > 0) of_widget.set(widget_id, { organization_id, widget_id, counters })
  }
  return [...of_widget.values()]
}

function countersOf(change: Change): WidgetCounters {
  const messages = change.items.filter(isUserMessage).length
  const tokens = usagesOf(change).reduce(
    (sum, { input_tokens, output_tokens }) => sum + (input_tokens ?? 0) + (output_tokens ?? 0),
    0,
  )
  return { ...(messages > 0 ? { messages } : {}), ...(tokens > 0 ? { tokens } : {}) }
}

/** Of each call of a model that the change reports. */
function usagesOf({ step, ended_turns }: Change): TokenUsage[] {
  return [...(step ? [step] : []), ...ended_turns.filter(({ steps }) => steps > 0)]
}
