// What every room is given: one of each for a process, made in app.ts. None of it belongs to a room.
import type { Logger } from 'pino'
import type { Ports } from '../base/ports.ts'
import type { Config } from '../config/config.ts'
import type { Database } from '../database/database.ts'
import type { Live } from '../live/live.ts'
import type { OutboundClient } from '../outbound/client.ts'
import type { Sealers } from '../sealing/seal.ts'
import type { Invoke } from './call.ts'

export interface Core {
  readonly config: Config
  readonly ports: Ports
  readonly log: Logger
  readonly database: Database
  readonly live: Live
  /** For requests to addresses that the authors of agents configure. */
  readonly outbound: OutboundClient
  readonly sealers: Sealers
  /** Calls an operation, as any transport does. */
  readonly invoke: Invoke
  readonly node: Node
}

/** This process. */
export interface Node {
  /** The owner of its leases. */
  readonly id: string
  /** It stops: no new calls, and streams end soon. */
  isDraining: boolean
}
