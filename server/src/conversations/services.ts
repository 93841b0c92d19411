// The room's own services, with slots for the engine, which carries out turns, the feed, which watches changes, and web widgets, which
// limit their visitors.
import type { ConversationTokens } from '../access/access.ts'
import type { Context } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { LocalResults } from '../live/local-results.ts'
import type { GroupCommit } from './commit/group-commit.ts'
import type { Heard } from './heard.ts'
import type { ConversationRecord } from './machine/rows.ts'
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

export type EndUserCall = Pick<Context, 'access' | 'store' | 'edge'>

export interface Conversations {
  readonly core: Core
  /** Commits changes of different conversations together. */
  readonly commits: GroupCommit
  /** Ended turns that calls on this node wait for. */
  readonly results: LocalResults<EndedTurn>
  readonly tokens: ConversationTokens
  readonly heard: Heard
  /** Set by the engine when it is created. */
  runner: TurnRunner
  /** Set by the feed when it is created. */
  watcher: ListWatcher
  /** Set by web widgets when they are created. */
  end_users: EndUserMessages
}
