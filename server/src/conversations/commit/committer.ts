// The services that commit changes of conversations.
import type { Ports } from '../../base/ports.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { Traces } from '../../telemetry/traces.ts'
import type { CommitAddition } from './additions.ts'

/** The writer: this process, and what rooms add to its commits. */
export interface Committer {
  ports: Ports
  node: { readonly id: string }
  traces: Traces
  /** `provider/model` of agents that name none. */
  default_model: string
  additions: CommitAddition[]
  /** Erase what rooms keep with a conversation. */
  erasers: Erase[]
  /** Remove what rooms keep of its content. */
  purgers: Erase[]
  /** Conditions for conversations that begin at once. */
  beginnings: InSql[]
}

/** A condition on the rows of `given`, which have `organization_id` and `agent_id`. */
export type InSql = (given: string) => string

export type Erase = (tx: TransactionStore, conversation_id: string) => Promise<void>
