// Going live and going offline: creates or changes the rows of a workflow's triggers, in one commit with the switch. A trigger with the
// same step id keeps its URL, and its next time if its schedule is the same.
import { AppError } from '../../base/errors.ts'
import type { Ports } from '../../base/ports.ts'
import { type Pipeline, acrossOrganizations, statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { ResolvedDefinition } from '../rules/resolve-definition.ts'
import type { ResolvedTrigger } from '../rules/resolve-trigger.ts'
import { nextTime } from '../rules/schedule-times.ts'
import { addSchedule } from './change.ts'
import { reachTrigger } from './pause-points.ts'
import { type SealedToken, type TokenServices, makeToken } from './tokens.ts'

export interface PlaceServices extends TokenServices {
  readonly ports: Pick<Ports, 'newId' | 'randomBytes' | 'reached'>
}

export interface Switch {
  workflow_id: string
  /** Null: nothing is live any more. */
  live: { version: number; definition: ResolvedDefinition } | null
}

interface Row {
  id: string
  step_id: string
  type: string
  is_live: boolean
  paused: boolean
  cron: string | null
  timezone: string | null
  next_at: string | null
  token: Buffer | null
  token_digest: Buffer | null
  now: string
}

const lockStatement = statement(
  'lock_triggers_of_workflow',
  `select id, step_id, type, is_live, paused, cron, timezone, next_at, token, token_digest, clock_timestamp() as now
   from workflow_triggers where organization_id = $1 and workflow_id = $2 order by id for update`,
)

const clockStatement = acrossOrganizations('it reads no table', 'read_clock', 'select clock_timestamp() as now')

async function readClock(tx: Pipeline): Promise<string> {
  const [clock] = await tx.readAtBegin<{ now: string }>(clockStatement, [])
  return clock!.now
}

/** Within the transaction that has the workflow's row locked. Throws `trigger_conflict`. */
export async function placeTriggers(
  services: PlaceServices,
  tx: TransactionStore,
  { workflow_id, live }: Switch,
): Promise<void> {
  const { ports } = services
  await reachTrigger(ports, 'trigger.place.begun')
  const steps = live === null ? [] : triggersOf(live.definition)
  const isBefore = steps.some(({ config }) => config.type === 'pre_call')
  if (isBefore) await refuseConflict(tx, workflow_id, steps)
  const rows = await tx.query<Row>(lockStatement, [tx.organization_id, workflow_id])
  const known = new Map(rows.map((row) => [row.step_id, row]))
  const kept = new Set<string>()
  if (live !== null && steps.length > 0) {
    const now = await readClock(tx)
    for (const step of steps) {
      const row = known.get(step.step_id)
      const same = row?.type === step.config.type ? row : null
      if (same) kept.add(same.id)
      // Another type is another trigger, with fires of its own.
      else if (row) removeOne(tx, row.id)
      place(services, tx, { ...step, workflow_id, version: live.version, row: same, now })
    }
  }
  const offline = rows.filter(({ id, is_live }) => is_live && !kept.has(id)).map(({ id }) => id)
  if (offline.length > 0) tx.send(offlineStatement, [tx.organization_id, offline])
  if (ports.reached) await tx.sent()
  await reachTrigger(ports, 'trigger.place.written')
}

interface TriggerStep {
  step_id: string
  config: ResolvedTrigger
}

export function triggersOf({ steps }: ResolvedDefinition): TriggerStep[] {
  return [...steps.values()].flatMap((step) =>
    step.type === 'trigger' ? [{ step_id: step.id, config: step.config }] : [],
  )
}

const offlineStatement = statement(
  'triggers_go_offline',
  'update workflow_triggers set is_live = false, next_at = null where organization_id = $1 and id = any($2::uuid[])',
)

const removeStatement = statement(
  'remove_trigger',
  'delete from workflow_triggers where organization_id = $1 and id = $2',
)

const removeOne = (tx: TransactionStore, id: string) => tx.send(removeStatement, [tx.organization_id, id])

const placeStatement = statement(
  'place_trigger',
  `insert into workflow_triggers (organization_id, id, workflow_id, step_id, type, version, is_live, cron, timezone, next_at,
                                  token, token_digest, patterns, agent_ids, channels)
   values ($1, $2, $3, $4, $5, $6, true, $7, $8, $9, $10, $11, $12, $13, $14)
   on conflict (workflow_id, step_id) do update set
     version = excluded.version, is_live = true, cron = excluded.cron, timezone = excluded.timezone, next_at = excluded.next_at,
     patterns = excluded.patterns, agent_ids = excluded.agent_ids, channels = excluded.channels`,
)

interface Placed extends TriggerStep {
  workflow_id: string
  version: number
  /** Null: it is new. */
  row: Row | null
  now: string
}

function place(services: PlaceServices, tx: TransactionStore, placed: Placed): void {
  const { step_id, config, workflow_id, version, row } = placed
  const id = row?.id ?? services.ports.newId()
  const { cron, timezone } = config.type === 'timer' ? config.schedule : { cron: null, timezone: null }
  const next_at = nextOf(placed)
  const { token, token_digest } = tokenOf(services, id, placed)
  const { patterns, agent_ids, channels } = listensTo(config)
  tx.send(placeStatement, [
    ...[tx.organization_id, id, workflow_id, step_id, config.type, version, cron, timezone, next_at],
    ...[token, token_digest, patterns, agent_ids, channels],
  ])
  if (next_at !== null) addSchedule(tx, { workflow_id, id, next_at })
}

/** What was live a moment ago with the same schedule misses no time by the switch. */
function nextOf({ config, row, now }: Placed): string | null {
  if (config.type !== 'timer' || row?.paused) return null
  const { cron, timezone } = config.schedule
  const isSame = row !== null && row.is_live && row.cron === cron && row.timezone === timezone
  return isSame ? row.next_at : nextTime(config.schedule, now)
}

function tokenOf(
  services: PlaceServices,
  id: string,
  { config, row }: Placed,
): SealedToken | Record<keyof SealedToken, null> {
  if (config.type !== 'webhook') return { token: null, token_digest: null }
  const { token, token_digest } = row ?? {}
  return token && token_digest ? { token, token_digest } : makeToken(services, id)
}

function listensTo(config: ResolvedTrigger) {
  switch (config.type) {
    case 'event':
      return { patterns: config.events, agent_ids: config.agent_id === null ? null : [config.agent_id], channels: null }
    case 'post_call':
      return { patterns: ['conversation.ended'], agent_ids: config.agent_ids, channels: config.channels }
    case 'pre_call':
      return { patterns: null, agent_ids: config.agent_ids, channels: null }
    default:
      return { patterns: null, agent_ids: null, channels: null }
  }
}

// Two that go live at once see each other.
const lockBeforeStatement = acrossOrganizations(
  'it reads no table',
  'lock_pre_calls',
  `select pg_advisory_xact_lock(hashtextextended('workflow pre_call ' || $1::text, 0))`,
)

const conflictStatement = statement(
  'find_pre_call_conflict',
  `select id from workflow_triggers
   where organization_id = $1 and workflow_id <> $2 and type = 'pre_call' and is_live
     and (agent_ids is null or $3::text[] is null or agent_ids && $3::text[]) limit 1`,
)

async function lockBefore(tx: Pipeline, organization_id: string): Promise<void> {
  await tx.readAtBegin(lockBeforeStatement, [organization_id])
}

async function refuseConflict(tx: TransactionStore, workflow_id: string, steps: TriggerStep[]): Promise<void> {
  await lockBefore(tx, tx.organization_id)
  const lists = steps.flatMap(({ config }) => (config.type === 'pre_call' ? [config.agent_ids] : []))
  const agent_ids = lists.includes(null) ? null : lists.flatMap((ids) => ids!)
  const found = await tx.query(conflictStatement, [tx.organization_id, workflow_id, agent_ids])
  if (found.length > 0) throw new AppError('trigger_conflict')
}
