// Judges the workflows of a run: nothing lost, nothing sent twice that must not be, nothing after the end, nothing too early, nothing
// stuck, and each outcome that is unknown said so. Pure.
import { visitId } from '../../../src/workflows/rules/visit-id.ts'
import type { Answer, ViolationKind } from '../records.ts'
import { sending, wait_seconds } from './definitions.ts'
import { judgeCauses } from './judge-causes.ts'
import type { SentFlows, SentStart, StoredExecution, StoredFlows, StoredVisit } from './records.ts'

export type Report = (kind: ViolationKind, what: string) => void

export interface FlowCounts {
  executions: number
  visits: number
  requests: number
  /** Visits that say that their outcome is unknown. */
  unknown_outcomes: number
  /** Visits that another server has begun again. */
  begun_again: number
}

export function judgeFlows(report: Report, sent: SentFlows, stored: StoredFlows): FlowCounts {
  const executions = new Map(stored.executions.map((execution) => [execution.id, execution]))
  for (const what of [...sent.broken, ...stored.violations]) report('broken', what)
  judgeStarts(report, [...sent.starts, ...sent.retries], stored.executions)
  judgeChanges(report, sent, executions, stored.visits)
  judgeEnds(report, stored)
  judgeRequests(report, sent, stored, executions)
  judgeCauses(report, sent, stored)
  return {
    executions: stored.executions.length,
    visits: stored.visits.length,
    requests: sent.requests.length,
    unknown_outcomes: stored.visits.filter(({ error_code }) => error_code === 'unknown_outcome').length,
    begun_again: stored.visits.filter(({ attempts }) => attempts > 1).length,
  }
}

const isFault = (answer: Answer) => answer.kind === 'answer' && answer.status === 500

/** W1: what was answered is stored, once. */
function judgeStarts(report: Report, starts: SentStart[], executions: StoredExecution[]): void {
  const by_n = Map.groupBy(
    executions.filter(({ retry_of }) => retry_of === null),
    ({ n }) => String(n),
  )
  const by_id = new Map(executions.map((execution) => [execution.id, execution]))
  for (const { n, answers, execution_id, told } of starts) {
    if (answers.some(isFault)) report('fault', `the start of ${n}`)
    const found = by_n.get(String(n)) ?? []
    if (found.length > 1) report('doubled', `${n} was executed ${found.length} times`)
    if (execution_id === null) continue
    const execution = by_id.get(execution_id)
    if (!execution) report('lost', `the execution ${execution_id}`)
    else if (told && (told.status === 'success') !== (execution.status === 'success')) {
      report('misreported', `${execution_id} was ${told.status}, and is ${execution.status}`)
    } else if (told?.status === 'success' && String(told.n) !== String(n)) {
      report('misreported', `the output of ${execution_id}`)
    }
  }
}

/** W2, W10: a cancelled execution stays so; of those who resume a wait one wins. */
function judgeChanges(
  report: Report,
  { cancels, resumes }: SentFlows,
  executions: ReadonlyMap<string, StoredExecution>,
  visits: StoredVisit[],
): void {
  for (const { execution_id, told } of cancels) {
    const execution = executions.get(execution_id)
    if (told && execution?.status !== told.status) {
      report('haunted', `${execution_id} was ${told.status}, and is ${execution?.status}`)
    }
  }
  const resumed = new Set(visits.flatMap(({ execution_id, is_resumed }) => (is_resumed ? [execution_id] : [])))
  for (const [execution_id, calls] of Map.groupBy(resumes, (resume) => resume.execution_id)) {
    if (calls.some(({ answers }) => answers.some(isFault))) report('fault', `a resume of ${execution_id}`)
    const winners = calls.filter(({ has_won }) => has_won)
    if (winners.length > 1) report('doubled', `the resume of ${execution_id}`)
    if (winners.length === 1 && !resumed.has(execution_id)) report('lost', `the resume of ${execution_id}`)
    const execution = executions.get(execution_id)
    if (
      winners.length === 1 &&
      execution?.status === 'success' &&
      String(execution.output_n) !== String(winners[0]!.data)
    ) {
      report('misreported', `the data of the resume of ${execution_id}`)
    }
  }
}

const final = new Set(['success', 'failed', 'cancelled'])

/** W4, W8, W12: each has ended, for a reason that it may have, and no wait ended early. */
function judgeEnds(report: Report, { executions, visits }: StoredFlows): void {
  for (const { id, status, error_code, cancel_reason } of executions) {
    if (!final.has(status)) report('unfinished', `the execution ${id} is ${status}`)
    if (status === 'failed' && error_code !== 'timed_out') report('broken', `${id} failed with ${error_code}`)
    if ((status === 'cancelled') !== (cancel_reason !== null)) report('broken', `the cancellation of ${id}`)
  }
  for (const { execution_id, type, status, is_resumed, started_at, finished_at } of visits) {
    if (type !== 'wait' || status !== 'success' || is_resumed !== false) continue
    const waited_ms = finished_at! - started_at!
    if (waited_ms < wait_seconds * 1000) report('broken', `a wait of ${execution_id} ended after ${waited_ms} ms`)
  }
}

/** How long after the end a request of before may arrive; a server that was stopped may send it when it goes on. */
const after_end_ms = 2000
const longest_stop_ms = 30_000

/** W5, W10 */
function judgeRequests(
  report: Report,
  { requests, stops }: SentFlows,
  { visits }: StoredFlows,
  executions: ReadonlyMap<string, StoredExecution>,
): void {
  const by_key = Map.groupBy(requests, ({ key }) => key)
  for (const visit of visits) {
    const { execution_id, position, step_id, status, error_code } = visit
    const place = `${step_id} of ${execution_id}`
    const key = visitId(execution_id, position)
    const received = by_key.get(key) ?? []
    by_key.delete(key)
    const ended_at = executions.get(execution_id)?.finished_at ?? Infinity
    if (received.some(({ at }) => at > ended_at + after_end_ms && !wasStopped(stops, ended_at, at))) {
      report('haunted', `a request of ${place} after the end`)
    }
    const rule = sending[step_id]
    if (!rule) continue
    if (!rule.repeats && received.length > 1) report('doubled', `${place} was sent ${received.length} times`)
    if (status === 'success' && received.length === 0 && !isCopied(visit)) report('lost', `the request of ${place}`)
    if (status === 'failed' && error_code !== 'unknown_outcome' && error_code !== 'timed_out') {
      report('broken', `${place} failed with ${error_code}`)
    }
    if (error_code === 'unknown_outcome' && (rule.repeats || !visit.is_sent)) report('broken', `${place} is known`)
  }
  for (const [key, [first]] of by_key) report('broken', `a request of no visit: ${first!.step} ${key}`)
}

/** What a retry has taken from the execution before. */
const isCopied = ({ attempts }: StoredVisit) => attempts === 0

const wasStopped = (stops: SentFlows['stops'], ended_at: number, at: number) =>
  stops.some(({ from, to }) => from < at && to > ended_at - longest_stop_ms)
