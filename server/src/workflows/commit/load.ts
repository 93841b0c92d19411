// Reads the state of an execution as the machine knows it, with the database's clock.
import type { KeepRule } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import type {
  Attempt,
  BegunVisit,
  ExecutionMode,
  ExecutionState,
  Facts,
  Phase,
  StepTally,
  Visit,
} from '../machine/execution.ts'

/** What it runs: a published version, or a copy. */
export interface Pinned {
  workflow_id: string | null
  version: number | null
  /** In hexadecimal; null: the version is published. */
  definition_digest: string | null
}

export interface StoredExecution extends Pinned {
  id: string
  organization_id: string
  /** The state that a decision rests on; a write names it. */
  revision: number
  state: ExecutionState
  max_concurrent: number | null
  /** Whether its content stays after its end. */
  keep: KeepRule
  /** The database's clock when it was read. */
  at: number
}

interface OpenVisitRow extends Visit {
  started_at: number | null
  attempts: Attempt[]
  lost: number
  is_sent: boolean
  until: number | null
  is_resumable: boolean
}

interface Row extends Pinned {
  id: string
  organization_id: string
  revision: number
  phase: Phase
  mode: ExecutionMode
  queued_at: number
  started_at: number | null
  stop_after: string | null
  active_ms: number
  event_count: number
  visit_count: number
  max_concurrent: number | null
  keep: KeepRule
  open: OpenVisitRow | null
  tally: (StepTally & { step_id: string })[]
  at: number
}

const text = (which: string) => `with found as (
     select * from workflow_executions where organization_id = $1 and ${which}
   )
   select e.id, e.organization_id, e.workflow_id, e.version, encode(e.definition_digest, 'hex') as definition_digest, e.revision, e.phase,
          e.mode, milliseconds_of(e.queued_at) as queued_at, milliseconds_of(e.started_at) as started_at, e.stop_after, e.active_ms,
          e.event_count, e.visit_count, e.max_concurrent, e.keep, milliseconds_of(clock_timestamp()) as at,
          (select json_build_object('position', v.position, 'step_id', v.step_id, 'visit', v.visit,
                    'started_at', milliseconds_of(v.started_at), 'attempts', v.attempts, 'lost', v.lost, 'is_sent', v.is_sent,
                    'until', milliseconds_of(v.until), 'is_resumable', v.is_resumable)
           from workflow_visits v where v.execution_id = e.id and v.finished_at is null) as open,
          coalesce((select json_agg(t) from (
            select v.step_id, count(*) as visits, max(v.position) filter (where v.is_over) as position,
                   coalesce((array_agg(v.bytes order by v.position desc) filter (where v.is_over))[1], 0) as bytes
            from (select step_id, position, bytes, started_at is not null and finished_at is not null as is_over
                  from workflow_visits where execution_id = e.id) v
            group by v.step_id
          ) t), '[]') as tally
   from found e`

const loadStatement = statement('load_execution', text('id = $2'))
const loadManyStatement = statement('load_executions', text('id = any($2::uuid[]) order by id'))

// Separate from the reads: a statement that waits for a lock sees other tables, such as the visits, as they were before the wait.
const lockStatement = statement(
  'lock_executions',
  'select from workflow_executions where organization_id = $1 and id = any($2::uuid[]) order by id for update',
)

/** Null: the organization has no such execution. */
export async function loadExecution(store: Store, id: string): Promise<StoredExecution | null> {
  const [row] = await store.query<Row>(loadStatement, [store.organization_id, id])
  return row ? storedOf(row) : null
}

/** Holds its lock to the end of the transaction; travels with `begin`. */
export async function lockExecution(tx: TransactionStore, id: string): Promise<StoredExecution | null> {
  const [, [row]] = await Promise.all([
    tx.readAtBegin(lockStatement, [tx.organization_id, [id]]),
    tx.readAtBegin<Row>(loadStatement, [tx.organization_id, id]),
  ])
  return row ? storedOf(row) : null
}

/** Of many at once, in one order, so that two of these do not wait for each other. */
export async function lockExecutions(tx: TransactionStore, ids: readonly string[]): Promise<StoredExecution[]> {
  const values = [tx.organization_id, ids]
  const [, rows] = await Promise.all([
    tx.readAtBegin(lockStatement, values),
    tx.readAtBegin<Row>(loadManyStatement, values),
  ])
  return rows.map(storedOf)
}

function storedOf(row: Row): StoredExecution {
  const { organization_id, revision, workflow_id, version, definition_digest, max_concurrent, keep, at } = row
  const pinned: Pinned = { workflow_id, version, definition_digest }
  return { id: row.id, organization_id, revision, ...pinned, max_concurrent, keep, at, state: stateOf(row) }
}

function stateOf(row: Row): ExecutionState {
  const { mode, queued_at, started_at, stop_after, active_ms, event_count: events } = row
  const tally = new Map(row.tally.map(({ step_id, ...entry }) => [step_id, entry]))
  const facts: Facts = { mode, queued_at, started_at, stop_after, active_ms, events, tally }
  switch (row.phase) {
    case 'in_line':
    case 'admitted':
    case 'between':
      return { ...facts, phase: row.phase, visit: visitOf(openOf(row)) }
    case 'attempting':
      return { ...facts, phase: row.phase, visit: begunOf(openOf(row)), is_sent: openOf(row).is_sent }
    case 'backing_off':
      return { ...facts, phase: row.phase, visit: begunOf(openOf(row)), until: openOf(row).until! }
    case 'waiting': {
      const { until, is_resumable } = openOf(row)
      return { ...facts, phase: row.phase, visit: begunOf(openOf(row)), until: until!, is_resumable }
    }
    case 'success':
    case 'failed':
    case 'cancelled':
      return { ...facts, phase: row.phase, visit: null, visits: row.visit_count }
  }
}

function openOf({ id, phase, open }: Row): OpenVisitRow {
  if (!open) throw new Error(`execution ${id} is ${phase} and has no open visit`)
  return open
}

const visitOf = ({ position, step_id, visit }: Visit): Visit => ({ position, step_id, visit })

const begunOf = (row: OpenVisitRow): BegunVisit => ({
  ...visitOf(row),
  started_at: row.started_at!,
  attempts: row.attempts,
  lost: row.lost,
})
