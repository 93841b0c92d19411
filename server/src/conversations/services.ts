// The room's own services, with slots for the engine, which carries out turns, and the feed, which watches changes.
import type { ConversationTokens } from '../access/access.ts'
import type { Core } from '../calls/core.ts'
import type { LocalResults } from '../live/local-results.ts'
import type { GroupCommit } from './commit/group-commit.ts'
import type { Heard } from './heard.ts'
import type { EndedTurn } from './machine/turn-snapshots.ts'
import type { TurnRunner } from './turn-runner.ts'

/** Notified of changes that show in an organization's list of conversations. */
export interface ListWatcher {
  changed(organization_id: string): void
  /** Messages were exchanged. */
  progressed(organization_id: string, conversation_id: string): void
}

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
}
