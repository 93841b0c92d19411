// The room's own services: what other rooms say about a configuration that is checked or stored, and what they have of an agent.
import type { AgentWebWidget } from '@parley/contract'
import type { JsonObject } from '../base/json.ts'
import type { Store } from '../database/store.ts'

/** Warnings about a valid configuration, each beginning with the path of a field. `prefix`: of the field that has the value. */
export type ConfigReview = (store: Store, config: JsonObject, prefix: string) => Promise<string[]>

/** Throws if something needs the agent. Called under the lock of its deletion. */
export type DeletionRefusal = (tx: Store, agent_id: string) => Promise<void>

/** Those of an agent, newest first. */
export type ListWebWidgets = (store: Store, agent_id: string) => Promise<AgentWebWidget[]>

export interface Agents {
  readonly reviews: ConfigReview[]
  readonly refusals: DeletionRefusal[]
  listWebWidgets: ListWebWidgets
}

/** What a room adds to agents; part of its manifest. */
export interface AgentContributions {
  readonly reviews?: ConfigReview[]
  readonly refusals?: DeletionRefusal[]
  readonly listWebWidgets?: ListWebWidgets
}
