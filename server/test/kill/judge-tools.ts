// Judges the tool calls of a run (T8): one result each, and no call carried out twice that must not be. Pure.
import { flow_tool } from './flows/prepare.ts'
import { showsWidget } from './judge-widgets.ts'
import type { Sent, Stored, StoredItem, ViolationKind } from './records.ts'

/** The tool of the load that may be called again. */
export const idempotent_tool = 'look'

export function judgeTools(
  report: (kind: ViolationKind, what: string) => void,
  { executed }: Pick<Sent, 'executed'>,
  { items, turns }: Stored,
): void {
  const times = Map.groupBy(executed, ({ call_id }) => call_id)
  for (const [call_id, requests] of times) {
    const { length } = requests
    if (length > 1 && requests[0]!.tool !== idempotent_tool)
      report('doubled', `call ${call_id} was made ${length} times`)
  }
  const final = new Set(turns.filter(({ status }) => !['queued', 'running'].includes(status)).map(({ id }) => id))
  const results = Map.groupBy(
    items.filter(({ type }) => type === 'function_call_output'),
    ({ call_id }) => call_id,
  )
  const calls = items.filter(({ type }) => type === 'function_call')
  for (const call of calls) {
    const [result, ...more] = results.get(call.call_id) ?? []
    results.delete(call.call_id)
    if (more.length > 0) report('doubled', `the result of call ${call.call_id}`)
    if (result) judgeResult(report, call, result, times.has(call.call_id!))
    else if (final.has(call.turn_id!)) report('lost', `the result of call ${call.call_id}`)
  }
  for (const call_id of results.keys()) report('broken', `a result of no call: ${call_id}`)
  const ids = new Set(calls.map(({ call_id }) => call_id))
  if (ids.size < calls.length) report('doubled', 'an id of a call')
}

function judgeResult(
  report: (kind: ViolationKind, what: string) => void,
  call: StoredItem,
  result: StoredItem,
  isExecuted: boolean,
): void {
  if (result.turn_id !== call.turn_id || result.position < call.position) {
    report('broken', `the result of call ${call.call_id} is elsewhere`)
  }
  // What a workflow does is judged where it is known.
  if (result.is_error || showsWidget(result) || call.name === flow_tool) return
  // The API answers with the key of the request.
  const told = (result.output as { body?: { key?: string } } | null)?.body?.key
  if (!isExecuted || told !== call.call_id) report('misreported', `the result of call ${call.call_id}`)
}
