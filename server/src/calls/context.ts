// What an operation is given: the services of the process, the caller, and the database opened for his organization.
import type { Input, Operation, OperationId, Operations, Output } from '@parley/contract'
import type { Logger } from 'pino'
import type { Access } from './access.ts'
import type { Minter } from '../access/authenticate.ts'
import type { Session } from '../access/sign-in/find-session.ts'
import type { OpenId } from '../access/sign-in/openid.ts'
import type { Passwords } from '../access/sign-in/passwords.ts'
import type { ConversationTokens } from '../access/conversation-token.ts'
import type { Config } from '../config/config.ts'
import type { Endings } from '../live/local-results.ts'
import type { Signals } from '../live/signals.ts'
import type { EndedTurn } from '../conversations/machine/ended-turn.ts'
import type { GroupCommit } from '../conversations/commit/group-commit.ts'
import type { TurnRunner } from '../conversations/turn-runner.ts'
import type { EventStream, TextStream } from './event-stream.ts'
import type { Bus } from '../live/bus.ts'
import type { Database } from '../database/database.ts'
import type { RootStore } from '../database/store.ts'
import type { OpenStreams } from '../events/open-streams.ts'
import type { ModelCatalog } from '../models/models.ts'
import type { CallKey } from '../idempotency/run-once.ts'
import type { Feeds } from '../feed/feeds.ts'
import type { LiveTurns } from '../live/live-turns.ts'
import type { OutboundClient } from '../outbound/client.ts'
import type { Ports } from '../base/ports.ts'
import type { Sealers } from '../sealing/seal.ts'

/** One of each for a process; made in app.ts. */
export interface Services extends Sealers {
  readonly config: Config
  readonly ports: Ports
  readonly database: Database
  /** Of changes of conversations. */
  readonly commits: GroupCommit
  readonly models: ModelCatalog
  /** For what agents' authors configure. */
  readonly outbound: OutboundClient
  readonly runner: TurnRunner
  readonly signals: Signals
  /** Of turns. */
  readonly endings: Endings<EndedTurn>
  readonly bus: Bus
  readonly live: LiveTurns
  /** Of organizations' conversations. */
  readonly feeds: Feeds
  readonly tokens: ConversationTokens
  readonly passwords: Passwords
  /** Null where no identity provider is set up. */
  readonly openid: OpenId | null
  /** This process, as the owner of leases. */
  readonly node_id: string
  readonly lifecycle: { isDraining: boolean }
  /** Event streams that are open on this node. */
  readonly open_streams: OpenStreams
}

export type CookieName = 'session' | 'sign_in'

/** The browser, or whatever else, that a request came from. */
export interface Visitor {
  /** As the nearest proxy that is trusted says. */
  readonly address: string
  readCookie(name: CookieName): string | null
  /** Null deletes it. */
  writeCookie(name: CookieName, value: string | null, seconds?: number): void
}

export interface PublicContext {
  readonly services: Services
  readonly request_id: string
  readonly log: Logger
  /** The request's path and query, for links to other pages. */
  readonly url: string
  setHeader(name: string, value: string): void
  readonly visitor: Visitor
}

/** A call that concerns the caller's session itself. */
export interface SessionContext extends PublicContext {
  readonly session: Session
}

/** A call of a signed-in user that concerns himself, in no organization. */
export interface UserContext extends PublicContext {
  readonly user: { readonly id: string; readonly email: string }
  readonly minter: Minter
}

/** A call within an organization. */
export interface Context extends PublicContext {
  readonly access: Access
  readonly store: RootStore
  /** Whether the caller takes server-sent events. */
  readonly accepts_stream: boolean
  /** The idempotency key of a call of an operation that waits; null without one. */
  readonly key: CallKey | null
}

type ContextOf<O extends Operation> = O['access'] extends 'public'
  ? PublicContext
  : O['access'] extends 'user'
    ? UserContext
    : O['access'] extends 'session'
      ? SessionContext
      : Context

/** An operation's implementation, typed by its place in the contract. */
export type Handler<Id extends OperationId> = (
  ctx: ContextOf<Operations[Id]>,
  input: Input<Id>,
) => Promise<Answer<Operations[Id], Id>>

/** An operation that streams may answer with a stream. */
type Answer<O extends Operation, Id extends OperationId> = O extends { stream: object }
  ? (O['success'] extends { schema: object } ? Output<Id> : never) | EventStream
  : O extends { text: string }
    ? Output<Id> | TextStream
    : Output<Id>

export type Handlers = { [Id in OperationId]: Handler<Id> }
