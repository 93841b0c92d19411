// Changes one execution from outside its run: callers, timers of callers, sweeps. The state is read under the row's lock, so of two
// changes at once one is decided after the other (W10).
import type { Ports } from '../../base/ports.ts'
import { type Pipeline, acrossOrganizations } from '../../database/database.ts'
import type { RootStore, TransactionStore } from '../../database/store.ts'
import { type Bus, channel } from '../../live/bus.ts'
import { topic } from '../../live/topics.ts'
import { type Happening, type Reduced, isRefused } from '../machine/events.ts'
import { isFinal } from '../machine/execution.ts'
import type { Rules } from '../machine/graph.ts'
import { reduce } from '../machine/reduce.ts'
import { carryOn, noteEnd } from './line.ts'
import { type Pinned, type StoredExecution, lockExecution } from './load.ts'
import { type ExecutionChange, reachExecution } from './pause-points.ts'
import { writeChange } from './write.ts'

/** An execution has ended or was resumed: its run stops, and those who wait for it look. */
export const execution_changed = topic<string>('workflow_execution')

export interface ChangeServices {
  readonly ports: Pick<Ports, 'reached'>
  readonly bus: Pick<Bus, 'publish'>
  /** What decides beside its state; reads what is not known yet. */
  rulesOf(store: TransactionStore, pinned: Pinned): Promise<Rules>
}

export interface Changed {
  before: StoredExecution
  reduced: Reduced
}

type Outside = Extract<ExecutionChange, 'cancel' | 'resume' | 'timeout' | 'not_started' | 'break'>

/** Null: the organization has no such execution. A refusal changes nothing. */
export async function changeExecution(
  services: ChangeServices,
  store: RootStore,
  name: Outside,
  id: string,
  happening: Happening,
): Promise<Changed | null> {
  const changed = await store.transaction((tx) => changeWithin(services, tx, name, id, happening))
  await reachExecution(services.ports, `execution.${name}.committed`)
  return changed
}

const notifyStatement = acrossOrganizations(
  'messages are for every node',
  'notify_of_execution',
  `select pg_notify('${channel}', '${execution_changed.name} ' || $1::text)`,
)

/** Every node learns of it with the commit. */
export function notifyChange(tx: Pipeline, id: string): void {
  tx.send(notifyStatement, [id])
}

/** The same, as part of a transaction that the caller commits. */
export async function changeWithin(
  services: ChangeServices,
  tx: TransactionStore,
  name: Outside,
  id: string,
  happening: Happening,
): Promise<Changed | null> {
  const { ports } = services
  await reachExecution(ports, `execution.${name}.begun`)
  const before = await lockExecution(tx, id)
  if (!before) return null
  await reachExecution(ports, `execution.${name}.locked`)
  const changed = await decideAndWrite(services, tx, before, happening)
  if (isRefused(changed.reduced)) return changed
  notifyChange(tx, id)
  if (ports.reached) await tx.sent()
  await reachExecution(ports, `execution.${name}.written`)
  return changed
}

/** Under its lock. */
export async function decideAndWrite(
  services: Pick<ChangeServices, 'rulesOf'>,
  tx: TransactionStore,
  before: StoredExecution,
  happening: Happening,
): Promise<Changed> {
  const rules = await services.rulesOf(tx, before)
  const reduced = reduce(rules, before.state, { ...happening, at: before.at })
  if (isRefused(reduced)) return { before, reduced }
  writeChange(tx, before, rules.graph, reduced)
  carryOn(tx, { ...before, mode: before.state.mode }, reduced, true)
  if (isFinal(reduced.state)) noteEnd(tx, before)
  return { before, reduced }
}
