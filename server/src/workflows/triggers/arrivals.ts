// Events that live triggers want. Each was stored in the event's own commit; a job of the trigger judges them in their order and starts
// executions. An arrival goes in the commit of what became of it, so none is lost and none counts twice (W9).
import { isUnavailable } from '../../database/failures.ts'
import { statement } from '../../database/database.ts'
import { type Store, type TransactionStore, openReservedStore } from '../../database/store.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Ports } from '../../base/ports.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../../work/port.ts'
import { most_depth } from '../rules/hook-request.ts'
import type { ResolvedTrigger } from '../rules/resolve-trigger.ts'
import { type Arrival, type Wanted, readArrivals, readPayload } from './arrived.ts'
import type { Evaluate } from './evaluate.ts'
import { insertFires, plainFire } from './fires.ts'
import { reachTrigger } from './pause-points.ts'
import type { RunnableVersion, TriggerServices } from './services.ts'
import { type SkippedTrigger, tellSkipped } from './skipped.ts'
import { plainFiring, startExecution } from './start.ts'

export const arrivals_work = 'workflow_arrivals'

export interface ArrivalServices extends TriggerServices {
  readonly ports: Pick<Ports, 'clock' | 'newId' | 'reached'>
  readonly evaluate: Evaluate
  readonly transcript_characters: number
}

/** In one commit. The content of conversations may be long. */
const most_together = 10
/** While too many executions of the organization are queued, they wait. */
const no_room_ms = 5000
/** After this time a job lets others have its place. */
const turn_ms = 2000

export function arrivalsWork(services: ArrivalServices): WorkKind {
  return {
    name: arrivals_work,
    lease_ms: 20_000,
    delays_ms: [250, 1000, 5000, 15_000, 60_000],
    share: { node: 16, organization: 8, owner: 1 },
    run: (item, port) => judgeArrivals(services, item, port),
    giveUp: null,
  }
}

interface Trigger extends SkippedTrigger {
  type: string
  is_live: boolean
  paused: boolean
}

const triggerStatement = statement(
  'find_listening_trigger',
  `select t.id, t.type, t.workflow_id, t.step_id, t.version, t.is_live, t.paused, w.name as workflow_name
   from workflow_triggers t join workflows w on w.id = t.workflow_id where t.organization_id = $1 and t.id = $2`,
)

async function judgeArrivals(services: ArrivalServices, item: WorkItem, port: WorkPort): Promise<Outcome> {
  const store = openReservedStore(services.database, item.organization_id!)
  const { clock } = services.ports
  const begun_at = clock.monotonic()
  for (;;) {
    const [trigger] = await store.query<Trigger>(triggerStatement, [store.organization_id, item.subject])
    const arrivals = trigger ? await readArrivals(store, trigger.id, most_together) : []
    if (!trigger || arrivals.length === 0) return { next: 'done' }
    const verdicts = await judge(services, store, trigger, arrivals, port)
    const isStored = await port.commit((tx) => commit(services, tx, trigger, verdicts))
    await reachTrigger(services.ports, 'trigger.arrival.committed')
    if (!isStored) return { next: { again_in_ms: no_room_ms } }
    if (port.stopping.aborted || clock.monotonic() - begun_at > turn_ms) return { next: { again_in_ms: 0 } }
  }
}

interface Verdict {
  arrival: Arrival
  /** Null: it starts nothing. */
  wanted: (Wanted & { runnable: RunnableVersion }) | null
  /** Why it starts nothing; null: nobody wants to know. */
  reason: string | null
  /** It is told that a trigger was skipped: to tell of that could go on for ever. */
  is_told?: boolean
}

async function judge(
  services: ArrivalServices,
  store: Store,
  trigger: Trigger,
  arrivals: Arrival[],
  { log }: WorkPort,
): Promise<Verdict[]> {
  const all = (reason: string) => arrivals.map((arrival): Verdict => ({ arrival, wanted: null, reason }))
  if (!trigger.is_live) return all('offline')
  if (trigger.paused) return all('paused')
  let runnable: RunnableVersion
  try {
    runnable = await services.versionOf(store, trigger.workflow_id, trigger.version)
  } catch (error) {
    if (isUnavailable(error)) throw error
    log.error({ err: error, trigger_id: trigger.id }, 'the version of a trigger cannot be run')
    return all('not_runnable')
  }
  const config = runnable.definition.steps.get(trigger.step_id)?.config as ResolvedTrigger | undefined
  const verdicts: Verdict[] = []
  for (const arrival of arrivals) {
    verdicts.push({ arrival, ...(await judgeOne(services, store, { config, runnable, arrival })) })
  }
  return verdicts
}

interface Judged {
  config: ResolvedTrigger | undefined
  runnable: RunnableVersion
  arrival: Arrival
}

async function judgeOne(
  { evaluate, transcript_characters }: ArrivalServices,
  store: Store,
  { config, runnable, arrival }: Judged,
): Promise<Omit<Verdict, 'arrival'>> {
  if (config?.type !== 'event' && config?.type !== 'post_call') return { wanted: null, reason: 'not_runnable' }
  const wanted = await readPayload(store, arrival, config, transcript_characters)
  if (wanted === null) return { wanted: null, reason: 'content_gone' }
  const is_told = wanted.facts['event'] === 'workflow_trigger.skipped'
  if (wanted.depth >= most_depth) return { wanted: null, reason: 'depth', is_told }
  const start = { wanted: { ...wanted, runnable }, reason: null }
  if (config.type !== 'event' || config.filter === null) return start
  const names = { ...wanted.payload, type: config.type }
  const { value, fault } = await evaluate({ owner: store.organization_id, text: config.filter, names })
  if (fault !== null) return { wanted: null, reason: `filter_failed: ${fault}`, is_told }
  return value === true ? start : { wanted: null, reason: null }
}

// Nobody takes it offline or pauses it until the executions are stored.
const holdStatement = statement(
  'hold_listening_trigger',
  `select version, is_live, paused from workflow_triggers where organization_id = $1 and id = $2 for share`,
)

const removeStatement = statement(
  'remove_arrivals',
  'delete from workflow_arrivals where organization_id = $1 and id = any($2::bigint[])',
)

/** False: too many executions are queued; nothing is written. */
async function commit(
  services: ArrivalServices,
  tx: TransactionStore,
  trigger: Trigger,
  verdicts: Verdict[],
): Promise<boolean> {
  const { ports } = services
  const held = await tx.readAtBegin<Pick<Trigger, 'version' | 'is_live' | 'paused'>>(holdStatement, [
    ...[tx.organization_id, trigger.id],
  ])
  await reachTrigger(ports, 'trigger.arrival.begun')
  const [now] = held
  // It was switched meanwhile: they are judged again.
  if (!now || now.version !== trigger.version || now.is_live !== trigger.is_live || now.paused !== trigger.paused)
    return true
  if (verdicts.some(({ wanted }) => wanted !== null) && !(await services.hasRoom(tx))) return false
  for (const { arrival, wanted, reason } of verdicts) {
    if (wanted !== null) await start(services, tx, trigger, arrival, wanted)
    else if (reason !== null) {
      insertFires(tx, [{ ...plainFire, id: ports.newId(), trigger_id: trigger.id, outcome: 'skipped', reason }])
    }
  }
  const skipped = verdicts.find(({ reason, is_told }) => reason !== null && !is_told)
  if (skipped) tellSkipped(tx, ports, trigger, skipped.reason!)
  tx.send(removeStatement, [tx.organization_id, verdicts.map(({ arrival }) => arrival.id)])
  if (ports.reached) await tx.sent()
  await reachTrigger(ports, 'trigger.arrival.written')
  return true
}

async function start(
  services: ArrivalServices,
  tx: TransactionStore,
  trigger: Trigger,
  { event_id, conversation_id }: Arrival,
  { payload, runnable, depth, agent_id, facts }: NonNullable<Verdict['wanted']>,
): Promise<void> {
  await startExecution(tx, services, runnable, {
    ...plainFiring,
    ...{ trigger, payload, depth, conversation_id, agent_id },
    facts: { ...facts, event_id } satisfies JsonObject,
    cause: `event:${trigger.id}:${event_id}`,
  })
}
