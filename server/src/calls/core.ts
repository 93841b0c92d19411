// The services that every room receives, one of each per process, created in app.ts. None belongs to a room.
import type { Logger } from 'pino'
import type { Refusals } from '../audit/refusals.ts'
import type { Ports } from '../base/ports.ts'
import type { BudgetGate } from '../budgets/gate.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Config } from '../config/config.ts'
import type { Database } from '../database/database.ts'
import type { Live } from '../live/live.ts'
import type { OutboundClient } from '../outbound/client.ts'
import type { Sealers } from '../sealing/seal.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Traces } from '../telemetry/traces.ts'
import type { Usage } from '../usage/usage.ts'
import type { Invoke } from './call.ts'
import type { Load } from './load.ts'
import type { Pieces } from './pieces.ts'

export interface Core {
  readonly config: Config
  readonly ports: Ports
  readonly log: Logger
  readonly metrics: Metrics
  readonly traces: Traces
  readonly database: Database
  readonly live: Live
  /** For requests to addresses configured by authors of agents. */
  readonly outbound: OutboundClient
  readonly sealers: Sealers
  readonly blobs: Blobs
  /** Calls an operation, as transports do. */
  readonly invoke: Invoke
  readonly node: Node
  readonly load: Load
  /** Counts billable calls of providers. */
  readonly usage: Usage
  readonly pieces: Pieces
  /** Calls that were not allowed, for the audit log. */
  readonly refusals: Refusals
  /** Whether a stopped budget forbids a call. */
  readonly budgets: BudgetGate
}

/** This process. */
export interface Node {
  /** Owns the leases of this node. */
  readonly id: string
  /** Whether it is shutting down: it accepts no new calls, and streams end soon. */
  isDraining: boolean
}
