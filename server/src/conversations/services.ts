// The room's own services, with slots for the engine, which carries out turns, the feed, which watches changes, and web widgets, which
// limit their visitors.
import type { ConversationTokens } from '../access/access.ts'
import type { Context } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { LocalResults } from '../live/local-results.ts'
import type { GroupCommit } from './commit/group-commit.ts'
import type { Heard } from './heard.ts'
import type { KeptConversations } from './kept-conversations.ts'
import type { ExportShares } from './read/export-shares.ts'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import type { WaitPlan } from './machine/handling-decisions.ts'
import type { ConversationRecord, NewConversation } from './machine/rows.ts'
import type { EndedTurn } from './machine/turn-snapshots.ts'
import type { TurnRunner } from './turn-runner.ts'

/** Notified of changes that show in an organization's list of conversations. */
export interface ListWatcher {
  changed(organization_id: string): void
  /** Messages were exchanged. */
  progressed(organization_id: string, conversation_id: string): void
}

/** Limits what end users send with the tokens of their conversations. */
export interface EndUserMessages {
  /** Throws what forbids the message, before anything is stored. Returns how many the conversation may have; null: any number. */
  admit(call: EndUserCall, message: { conversation: ConversationRecord; text: string }): Promise<number | null>
  /** The conversation has that many: the error to throw. */
  refuseFull(call: EndUserCall, conversation: ConversationRecord): Promise<Error>
}

/** Whom a hand-off asks, and what they were promised. Set by hand-off, which knows the teams. */
export interface People {
  /** Made before the conversation is locked, so it may be a moment old. */
  planWait(asked: WaitAsked): Promise<WaitPlan>
  /** How long those took who were taken in a team (null: in none) within a day: the median in seconds; null: too few were. */
  estimateWait(store: Store, team_id: string | null): Promise<number | null>
  /** Whether the organization has a team with this key. */
  hasTeam(store: Store, key: string): Promise<boolean>
}

/** What has to be done before a conversation begins. Set by workflows. */
export interface Beginnings {
  /** Looks with the beginning of the transaction that creates the conversation. Null: it begins at once. */
  look(tx: TransactionStore): (created: CreatedConversation) => Promise<Beginning | null>
  /** Resolves when it has begun or ended, or its time is over. False: nothing had to be done before it. */
  wait(store: Store, conversation_id: string): Promise<boolean>
  /** Whether a creation has failed with this because another one of the same id was faster. */
  isTaken(error: unknown): boolean
}

export interface CreatedConversation {
  config: ResolvedConfig
  conversation: NewConversation
  agent_name: string | null
  /** Of the chain of calls that creates it. */
  depth: number
}

export interface Beginning {
  /** Whether the conversation waits for it. */
  holds: boolean
  /** In the same transaction, before the conversation is written. */
  write(tx: TransactionStore): Promise<void>
}

/** Something has to be made ready outside the transaction, which is then tried again. */
export class BeginningNotReady extends Error {
  readonly prepare: () => Promise<void>
  constructor(prepare: () => Promise<void>) {
    super('what comes before the conversation is not ready')
    this.prepare = prepare
  }
}

export interface WaitAsked {
  store: Store
  conversation: ConversationRecord
  config: Pick<ResolvedConfig, 'hand_off'>
  /** The key of a team; null: that of the agent, or the default team. */
  team: string | null
}

export type EndUserCall = Pick<Context, 'access' | 'store' | 'edge'>

export interface Conversations {
  readonly core: Core
  /** Commits changes of different conversations together. */
  readonly commits: GroupCommit
  /** Ended turns that calls on this node wait for. */
  readonly results: LocalResults<EndedTurn>
  readonly tokens: ConversationTokens
  readonly heard: Heard
  readonly kept: KeptConversations
  readonly exports: ExportShares
  /** Set by the engine when it is created. */
  runner: TurnRunner
  /** Set by the feed when it is created. */
  watcher: ListWatcher
  /** Set by web widgets when they are created. */
  end_users: EndUserMessages
  /** Set by hand-off when it is created. */
  people: People
  /** Set by workflows when they are created. */
  beginnings: Beginnings
}
