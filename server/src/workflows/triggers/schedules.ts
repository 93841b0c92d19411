// Schedules. Each live one is a timer of leased work, so thousands of them cost no memory, and any server fires them, once: the fire, its
// execution and the next time are one commit, under the lock of the trigger's row. What is due together is fired together.
import { standingOf } from '../../access/access.ts'
import { statement } from '../../database/database.ts'
import { arraysOf, rowsOf } from '../../database/rows.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { Logger } from 'pino'
import { isUnavailable } from '../../database/failures.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../../work/port.ts'
import type { ResolvedTrigger } from '../rules/resolve-trigger.ts'
import { type PlannedTime, planFires } from '../rules/plan-fires.ts'
import { type NewFire, insertFires, plainFire } from './fires.ts'
import { reachTrigger } from './pause-points.ts'
import type { RunnableVersion, TriggerServices } from './services.ts'
import { type SkippedTrigger, tellSkipped } from './skipped.ts'
import { type LiveTrigger, plainFiring, startExecution } from './start.ts'

export const schedule_work = 'workflow_schedule'

/** In one commit; those that make up for many times have more executions. */
const most_together = 25
/** Executions of one commit, after which the others wait for the next one. */
const most_started = 100
/** While too many executions of the organization are queued: nothing is lost. */
const no_room_seconds = 5
/** While the organization is suspended. What was due meanwhile is missed, as the schedule says. */
const suspended_seconds = 60

export function scheduleWork(services: TriggerServices): WorkKind {
  return {
    name: schedule_work,
    lease_ms: 10_000,
    delays_ms: [250, 1000, 5000, 15_000, 60_000],
    share: { node: 8, organization: 4, owner: 4 },
    run: (item, port) => runSchedules(services, item, port),
    giveUp: null,
  }
}

async function runSchedules(services: TriggerServices, { subject }: WorkItem, port: WorkPort): Promise<Outcome> {
  const { ports } = services
  const fired = await port.commit((tx) => fireDue(services, tx, [subject], port.log))
  await reachTrigger(ports, 'trigger.fire.committed')
  for (let has_more = true; has_more && !port.stopping.aborted && !port.signal.aborted;) {
    const taken = await port.takeAlong(most_together, (tx, subjects) => fireDue(services, tx, subjects, port.log))
    if (taken > 0) await reachTrigger(ports, 'trigger.fire.committed')
    has_more = taken === most_together
  }
  const next = fired.get(subject) ?? null
  return { next: next === null ? 'done' : { again_at: next } }
}

interface Row extends LiveTrigger, SkippedTrigger {
  is_live: boolean
  paused: boolean
  next_at: string | null
  now: string
  /** The execution of its last time has not ended. */
  is_running: boolean
  is_suspended: boolean
}

const lockStatement = statement(
  'lock_schedules',
  `select t.id, t.type, t.workflow_id, t.step_id, t.version, t.is_live, t.paused, t.next_at, clock_timestamp() as now,
          exists (select from workflow_executions e where e.id = t.last_execution_id and e.finished_at is null) as is_running,
          ${standingOf('t.organization_id')} is not null as is_suspended, w.name as workflow_name
   from workflow_triggers t join workflows w on w.id = t.workflow_id
   where t.organization_id = $1 and t.id = any($2::uuid[]) and t.type = 'timer'
   order by t.id for update of t`,
)

const knownStatement = statement(
  'find_fired_times',
  `select f.trigger_id, f.scheduled_at from ${rowsOf('due', 'trigger_id uuid, scheduled_at timestamptz', 2)}
   join workflow_fires f on f.organization_id = $1 and f.trigger_id = due.trigger_id and f.scheduled_at = due.scheduled_at`,
)

const nextStatement = statement(
  'set_next_time',
  `update workflow_triggers set next_at = $3, last_execution_id = coalesce($4, last_execution_id)
   where organization_id = $1 and id = $2`,
)

/** A schedule, and what happens to it now. */
interface Due {
  trigger: LiveTrigger & SkippedTrigger & Pick<Row, 'is_running'>
  runnable: RunnableVersion | null
  overlap: 'allow' | 'skip'
  times: PlannedTime[]
  has_earlier: boolean
  next_at: string | null
}

/** When each is due next; null: never. One that is missing was left alone. */
export async function fireDue(
  services: TriggerServices,
  tx: TransactionStore,
  ids: string[],
  log: Logger,
): Promise<Map<string, string | null>> {
  const { ports } = services
  const rows = await tx.readAtBegin<Row>(lockStatement, [tx.organization_id, ids])
  await reachTrigger(ports, 'trigger.fire.begun')
  const next = new Map<string, string | null>(ids.map((id) => [id, null]))
  const found: Due[] = []
  for (const row of rows) {
    if (!row.is_live || row.paused || row.next_at === null) continue
    if (row.is_suspended) {
      next.set(row.id, secondsAfter(row.now, suspended_seconds))
      continue
    }
    const due = await planDue(services, tx, { ...row, next_at: row.next_at }, log)
    next.set(row.id, due.next_at)
    if (due.times.length > 0) found.push(due)
  }
  if (found.length === 0) return next
  if (!(await services.hasRoom(tx))) {
    const later = secondsAfter(rows[0]!.now, no_room_seconds)
    return new Map([...next, ...found.map(({ trigger }): [string, string] => [trigger.id, later])])
  }
  await leaveOutKnown(tx, found)
  let started = 0
  for (const due of found) {
    if (started >= most_started) next.delete(due.trigger.id)
    else started += await fireOne(services, tx, due)
  }
  if (ports.reached) await tx.sent()
  await reachTrigger(ports, 'trigger.fire.written')
  return next
}

const secondsAfter = (time: string, seconds: number) => new Date(Date.parse(time) + seconds * 1000).toISOString()

async function planDue(
  { versionOf }: TriggerServices,
  tx: TransactionStore,
  row: Row & { next_at: string },
  log: Logger,
): Promise<Due> {
  const { now, next_at, ...trigger } = row
  try {
    const runnable = await versionOf(tx, row.workflow_id, row.version)
    const config = runnable.definition.steps.get(row.step_id)?.config as ResolvedTrigger | undefined
    if (config?.type !== 'timer') throw new Error('the live version has no such schedule')
    const { schedule, missed, overlap } = config
    return { trigger, runnable, overlap, ...planFires({ schedule, missed, next_at }, now) }
  } catch (error) {
    if (isUnavailable(error)) throw error
    log.error({ err: error, trigger_id: row.id }, 'a schedule cannot be fired; it stops')
    const times = [{ scheduled_at: next_at, is_missed: false, starts: true }]
    return { trigger, runnable: null, overlap: 'allow', times, has_earlier: false, next_at: null }
  }
}

/** A clock that was set back comes to times that have been. */
async function leaveOutKnown(tx: TransactionStore, found: Due[]): Promise<void> {
  const times = found.flatMap(({ trigger, times: own }) =>
    own.map(({ scheduled_at }) => ({ trigger_id: trigger.id, scheduled_at })),
  )
  const values = [tx.organization_id, ...arraysOf(times, ['trigger_id', 'scheduled_at'])]
  const rows = await tx.query<{ trigger_id: string; scheduled_at: string }>(knownStatement, values)
  const known = new Set(rows.map(({ trigger_id, scheduled_at }) => `${trigger_id} ${Date.parse(scheduled_at)}`))
  if (known.size === 0) return
  for (const due of found) {
    due.times = due.times.filter(({ scheduled_at }) => !known.has(`${due.trigger.id} ${Date.parse(scheduled_at)}`))
  }
}

/** Returns how many executions it has started. */
async function fireOne(
  services: TriggerServices,
  tx: TransactionStore,
  { trigger, runnable, overlap, times, has_earlier, next_at }: Due,
): Promise<number> {
  const others: NewFire[] = []
  let last_id: string | null = null
  let started = 0
  for (const [index, { scheduled_at, is_missed, starts }] of times.entries()) {
    const isHeld = overlap === 'skip' && (trigger.is_running || last_id !== null)
    const fire = { ...plainFire, id: services.ports.newId(), trigger_id: trigger.id, scheduled_at }
    if (!starts) {
      others.push({ ...fire, outcome: 'skipped', reason: index === 0 && has_earlier ? 'missed_and_earlier' : 'missed' })
    } else if (runnable === null) others.push({ ...fire, outcome: 'refused', reason: 'not_runnable' })
    else if (isHeld) others.push({ ...fire, outcome: 'skipped', reason: 'overlap' })
    else {
      last_id = await startAt(services, tx, { trigger, runnable }, { scheduled_at, is_missed })
      started += 1
    }
  }
  insertFires(tx, others)
  const last = others.at(-1)
  if (last) tellSkipped(tx, services.ports, trigger, last.reason!)
  tx.send(nextStatement, [tx.organization_id, trigger.id, next_at, last_id])
  return started
}

function startAt(
  services: TriggerServices,
  tx: TransactionStore,
  { trigger, runnable }: { trigger: LiveTrigger; runnable: RunnableVersion },
  { scheduled_at, is_missed }: Pick<PlannedTime, 'scheduled_at' | 'is_missed'>,
): Promise<string> {
  return startExecution(tx, services, runnable, {
    ...plainFiring,
    trigger,
    payload: { scheduled_at, missed: is_missed },
    facts: { scheduled_at, missed: is_missed },
    cause: `schedule:${trigger.id}:${scheduled_at}`,
    fire: { scheduled_at },
  })
}
