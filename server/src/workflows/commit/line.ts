// The line of executions that may not start yet: `max_concurrent` of their workflow, and the jobs of their organization in the queue.
// Every admission counts under one lock of the workflow, and ends only make the count smaller: so it is exact.
import type { Ports } from '../../base/ports.ts'
import type { Pipeline } from '../../database/database.ts'
import { acrossOrganizations, statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { type Due, addWork } from '../../work/add.ts'
import type { WorkItem, WorkKind, WorkPort } from '../../work/port.ts'
import type { Change } from '../machine/events.ts'
import { isRefused } from '../machine/events.ts'
import type { ExecutionMode } from '../machine/execution.ts'
import type { Rules } from '../machine/graph.ts'
import { reduce } from '../machine/reduce.ts'
import { type Standing, most_admitted_at_once, placesInLine } from '../rules/places-in-line.ts'
import { type Pinned, type StoredExecution, lockExecution } from './load.ts'
import { reachExecution } from './pause-points.ts'
import { writeChange } from './write.ts'

export const execution_work = 'workflow_execution'
export const line_work = 'workflow_line'

export interface LineBounds {
  /** Started executions of an organization that wait for a server. Default: as the settings have it. */
  readonly jobs_of_organization?: number
}

const default_jobs = 200

/** The line of executions without a workflow: those of an inline definition. */
const inline_line = 'inline'

export interface Line {
  /** The database's clock. */
  at: number
  /** Nobody is ahead, and there is a place. */
  is_free: boolean
}

const lookStatement = statement(
  'look_at_line',
  `select milliseconds_of(clock_timestamp()) as at,
          not exists (select from workflow_executions where organization_id = $1 and workflow_id is not distinct from $2
                      and finished_at is null and not is_admitted)
          and (select count(*) from (select from workflow_executions where organization_id = $1 and is_admitted and status = 'queued'
                                     and finished_at is null limit $4) jobs) < $4
          and ($3::integer is null or
               (select count(*) from workflow_executions where organization_id = $1 and workflow_id = $2 and finished_at is null
                and is_admitted) < $3) as is_free`,
)

// A statement of its own: what follows must see what was committed before the lock was got.
const lockStatement = acrossOrganizations(
  'it reads no table',
  'lock_line',
  'select pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))',
)

async function lockLine(tx: Pipeline, organization_id: string, subject: string): Promise<void> {
  await tx.readAtBegin(lockStatement, [organization_id, subject])
}

type Subject = Pinned & { max_concurrent: number | null }

export async function lookAtLine(
  tx: TransactionStore,
  { workflow_id, max_concurrent }: Subject,
  { jobs_of_organization = default_jobs }: LineBounds,
): Promise<Line> {
  if (max_concurrent !== null) await lockLine(tx, tx.organization_id, workflow_id ?? inline_line)
  const limit = workflow_id === null ? null : max_concurrent
  const [line] = await tx.readAtBegin<Line>(lookStatement, [
    ...[tx.organization_id, workflow_id, limit],
    jobs_of_organization,
  ])
  return line!
}

type Key = Pinned & { id: string; organization_id: string; mode?: ExecutionMode }

/** Whose places an execution takes. */
export const ownerOf = ({ workflow_id, organization_id }: Pick<Key, 'workflow_id' | 'organization_id'>) =>
  workflow_id ?? organization_id

/** What carries an execution on after a change outside a run (W4): a job, a place in line, or nothing any more. */
export function carryOn(tx: Pipeline, key: Key, { effect }: Change, notify: boolean): void {
  const { id: subject, organization_id } = key
  if (effect.do === 'stand_in_line') return addLine(tx, key)
  // Of one that has ended: its timer or its job finds that out, and is over. A caller that waits comes first.
  const soon: Due = notify && effect.do !== 'end' ? { in_ms: 0, notify } : { in_ms: 0 }
  const due: Due = key.mode === 'sync' ? { urgent: true } : soon
  addWork(tx, execution_work, { organization_id, owner: ownerOf(key), subject }, due)
}

function addLine(tx: Pipeline, { organization_id, workflow_id }: Key): void {
  const key = { organization_id, owner: organization_id, subject: workflow_id ?? inline_line }
  addWork(tx, line_work, key, { in_ms: 0, notify: true })
}

/** An execution of it has ended, so another one may start. */
export function noteEnd(tx: Pipeline, stored: StoredExecution): void {
  if (stored.max_concurrent !== null) addLine(tx, stored)
}

export interface LineServices extends LineBounds {
  readonly ports: Pick<Ports, 'reached'>
  rulesOf(tx: TransactionStore, stored: Pinned): Promise<Rules>
}

const waitingStatement = statement(
  'stand_in_line',
  `select e.id, e.max_concurrent,
          (select count(*) from (select from workflow_executions where organization_id = $1 and is_admitted and status = 'queued'
                                 and finished_at is null limit $4) jobs)::integer as jobs,
          (select count(*) from workflow_executions where organization_id = $1 and workflow_id = $2 and finished_at is null
           and is_admitted)::integer as active
   from workflow_executions e
   where e.organization_id = $1 and e.workflow_id is not distinct from $2 and e.finished_at is null and not e.is_admitted
   order by (e.mode = 'async'), e.queued_at, e.id limit $3`,
)

interface Row extends Standing {
  id: string
}

export function lineWork(services: LineServices): WorkKind {
  return {
    name: line_work,
    lease_ms: 10_000,
    delays_ms: [250, 1000, 5000, 15_000],
    share: { node: 4, organization: 2, owner: 2 },
    async run(item, port) {
      const again_in_ms = await admitNext(services, item, port)
      await reachExecution(services.ports, 'execution.admit.committed')
      return { next: again_in_ms === null ? 'done' : { again_in_ms } }
    },
    giveUp: null,
  }
}

/** Returns when to look again; null: nobody stands in line any more. */
function admitNext(services: LineServices, { subject }: WorkItem, port: WorkPort): Promise<number | null> {
  const workflow_id = subject === inline_line ? null : subject
  const { ports } = services
  return port.commit(async (tx) => {
    await reachExecution(ports, 'execution.admit.begun')
    await lockLine(tx, tx.organization_id, subject)
    await reachExecution(ports, 'execution.admit.locked')
    const most_jobs = services.jobs_of_organization ?? default_jobs
    const standing = await tx.query<Row>(waitingStatement, [
      ...[tx.organization_id, workflow_id, most_admitted_at_once + 1],
      most_jobs,
    ])
    const { places, again_in_ms } = placesInLine(standing[0] ?? null, { most_jobs, of_workflow: workflow_id !== null })
    for (const { id } of standing.slice(0, places)) await admitOne(services, tx, id)
    if (ports.reached) await tx.sent()
    await reachExecution(ports, 'execution.admit.written')
    return standing.length <= places ? null : again_in_ms
  })
}

async function admitOne({ rulesOf }: LineServices, tx: TransactionStore, id: string): Promise<void> {
  const stored = await lockExecution(tx, id)
  if (!stored) return
  const rules = await rulesOf(tx, stored)
  const change = reduce(rules, stored.state, { type: 'admitted', at: stored.at })
  // It was cancelled meanwhile.
  if (isRefused(change)) return
  writeChange(tx, stored, rules.graph, change)
  carryOn(tx, { ...stored, mode: stored.state.mode }, change, true)
}
