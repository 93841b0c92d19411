// Judges that each cause has started one execution (W9): requests to webhooks, times of schedules, events, calls of tools, and
// conversations, before and after. Pure.
import type { Report } from './judge-flows.ts'
import type { SentFlows, StoredAround, StoredExecution, StoredFlows } from './records.ts'

export function judgeCauses(report: Report, sent: SentFlows, stored: StoredFlows): void {
  judgeHooks(report, sent, stored.executions)
  judgeSchedules(report, sent, stored)
  judgeCalls(report, stored.executions)
  judgeAround(report, stored)
}

function judgeHooks(report: Report, { hooks }: SentFlows, executions: StoredExecution[]): void {
  const found = Map.groupBy(
    executions.filter(({ trigger_type }) => trigger_type === 'webhook'),
    ({ output_n }) => String(output_n),
  )
  const ids = new Set(executions.map(({ id }) => id))
  for (const { n, execution_ids, refusals } of hooks) {
    const told = new Set(execution_ids)
    if (refusals.length > 0) report('fault', `the request ${n} was answered with ${refusals.join(', ')}`)
    if (told.size > 1) report('doubled', `the request ${n} was answered with ${told.size} executions`)
    if ((found.get(String(n))?.length ?? 0) > 1) report('doubled', `the execution of the request ${n}`)
    for (const id of told) if (!ids.has(id)) report('lost', `the execution of the request ${n}`)
  }
}

function judgeSchedules(report: Report, { planted }: SentFlows, { fires, minutes, executions }: StoredFlows): void {
  const started = new Map(fires.map(({ trigger_id, at, started: times }) => [`${trigger_id} ${at}`, times]))
  const causes = Map.groupBy(executions, ({ cause }) => cause ?? '')
  for (const { trigger_id, at } of planted) {
    const times = started.get(`${trigger_id} ${at}`) ?? 0
    if (times === 0) report('lost', `the schedule ${trigger_id}`)
    if (times > 1) report('doubled', `the schedule ${trigger_id}`)
    const made = [...causes].filter(([cause]) => cause.startsWith(`schedule:${trigger_id}:`)).flatMap(([, all]) => all)
    if (made.length > 1) report('doubled', `the execution of the schedule ${trigger_id}`)
  }
  minutes.forEach((minute, at) => {
    const before = minutes[at - 1]
    if (before === undefined || minute === before + 1) return
    report(minute === before ? 'doubled' : 'lost', `the minutes between ${before} and ${minute}`)
  })
}

function judgeCalls(report: Report, executions: StoredExecution[]): void {
  const calls = executions.filter(({ call_id }) => call_id !== null)
  for (const [call_id, made] of Map.groupBy(calls, (execution) => execution.call_id)) {
    if (made.length > 1) report('doubled', `the executions of the call ${call_id}`)
  }
}

/** By the cause that the commit of the end, of the birth or of the event gives it. */
function judgeAround(report: Report, { around, executions }: StoredFlows): void {
  const causes = Map.groupBy(executions, ({ cause }) => cause ?? '')
  const of_events = Map.groupBy(
    executions.filter(({ trigger_type, cause }) => cause?.startsWith('event:') && trigger_type !== 'timer'),
    ({ conversation_id }) => conversation_id,
  )
  for (const conversation of around) {
    const { conversation_id: id, due_at, is_ended } = conversation
    if (due_at === null) {
      const times = of_events.get(id)?.length ?? 0
      if (is_ended && times === 0) report('lost', `the execution of the end of ${id}`)
      if (times > 1) report('doubled', `the execution of the end of ${id}`)
      continue
    }
    const [before, after] = [causes.get(`before:${id}`) ?? [], causes.get(`after:${id}`) ?? []]
    if (before.length !== 1) report(before.length === 0 ? 'lost' : 'doubled', `what precedes ${id}`)
    if (after.length > 1) report('doubled', `what follows ${id}`)
    if (is_ended && after.length === 0) report('lost', `what follows ${id}`)
    judgeBeginning(report, conversation, before[0])
  }
}

/** Between the decision that it has ended and its commit, a server may have been stopped. */
const margin_ms = 5000

/** It begins once, with what its workflow says if that was in time. */
function judgeBeginning(report: Report, conversation: StoredAround, before: StoredExecution | undefined): void {
  const { conversation_id: id, starts, tier, due_at, is_applied, is_ended, status } = conversation
  if (starts > 1) report('doubled', `the beginning of ${id}`)
  if (!is_applied || (status === 'triggered' && !is_ended)) report('unfinished', `${id} has not begun`)
  const isInTime = before?.status === 'success' && before.finished_at! < due_at! - margin_ms
  if (starts === 1 && isInTime && tier !== 'gold') report('lost', `what the workflow knows of ${id}`)
  if (before?.status === 'cancelled' && tier === 'gold') report('haunted', `${id} knows what was cancelled`)
}
