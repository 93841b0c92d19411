// The room's own services.
import type { Scope } from '@parley/contract'
import type { Ports } from '../base/ports.ts'
import type { Context } from '../calls/context.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import type { EventServices } from '../events/events.ts'
import type { ModelCatalog } from '../models/models.ts'
import type { ChangeServices } from './commit/change.ts'
import type { LineBounds } from './commit/line.ts'
import type { Pinned } from './commit/load.ts'
import type { Limits } from './machine/graph.ts'
import type { Plan } from './run/plan.ts'
import type { WorkflowRuns } from './run/wiring.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { DefinitionVerdict } from './rules/judge-definition.ts'
import type { ResolvedDefinition } from './rules/resolve-definition.ts'
import type { WorkflowSettings } from './settings.ts'
import type { HookServices } from './triggers/hooks.ts'
import type { TokenServices } from './triggers/tokens.ts'
import type { FollowedExecutions } from './followed.ts'

/** `prefix`: the field of the request that has the definition. */
export type JudgeDefinition = (organization_id: string, value: unknown, prefix?: string) => Promise<DefinitionVerdict>

/** What is live from now on; null: nothing. */
export interface Switch {
  workflow_id: string
  live: { version: number; definition: ResolvedDefinition } | null
}

export interface Workflows extends ChangeServices {
  readonly triggers: HookServices & TokenServices
  readonly settings: WorkflowSettings
  readonly limits: Limits
  /** For `writeAcceptance`. */
  readonly accepting: Pick<Ports, 'reached'> & LineBounds
  readonly open_streams: EventServices['open_streams']
  readonly models: ModelCatalog
  readonly followed: FollowedExecutions
  readonly judge: JudgeDefinition
  readonly sandbox: Sandbox
  /** The tools of connections. */
  readonly apps: WorkflowRuns['apps']
  /** Of a published version, or a copy. */
  planOf(store: Store, pinned: Pinned): Promise<Plan>
  /** Creates or changes the rows of triggers in the transaction of the switch, under the lock of the workflow. */
  placeTriggers(tx: TransactionStore, switched: Switch): Promise<void>
  /** The scopes that the publisher of a definition needs. */
  scopesOf(definition: ResolvedDefinition): readonly Scope[]
  /** Whether the organization can have another execution in the queue. */
  hasRoom(store: Store): Promise<boolean>
  /** Throws `too_many_executions`. */
  requireRoom(store: Store): Promise<void>
}

export type WorkflowContext = Context<Workflows>
