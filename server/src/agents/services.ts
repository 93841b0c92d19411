// The room's own services: what other rooms say about a configuration that is checked or stored.
import type { JsonObject } from '../base/json.ts'
import type { Store } from '../database/store.ts'

/** Warnings about a valid configuration, each beginning with the path of a field. `prefix`: of the field that has the value. */
export type ConfigReview = (store: Store, config: JsonObject, prefix: string) => Promise<string[]>

export interface Agents {
  readonly reviews: ConfigReview[]
}

/** What a room adds to agents; part of its manifest. */
export interface AgentContributions {
  readonly reviews?: ConfigReview[]
}
