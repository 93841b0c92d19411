// What triggers use of the room.
import type { Ports } from '../../base/ports.ts'
import type { Database } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { LineBounds } from '../commit/line.ts'
import type { Graph } from '../machine/graph.ts'
import type { ResolvedDefinition } from '../rules/resolve-definition.ts'

/** A published version, ready to run. */
export interface RunnableVersion {
  definition: ResolvedDefinition
  graph: Graph
}

export interface TriggerServices {
  readonly database: Database
  readonly ports: Pick<Ports, 'newId' | 'reached'>
  /** For `writeAcceptance`. */
  readonly accepting: Pick<Ports, 'reached'> & LineBounds
  /** Of a published version, which never changes, so it is known after the first time. */
  versionOf(store: Store, workflow_id: string, version: number): Promise<RunnableVersion>
  /** Whether the organization may have another execution in the queue. */
  hasRoom(store: Store): Promise<boolean>
}
