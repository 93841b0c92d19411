// Conversations as the rest of the server sees them: what the room has for itself, with places for those who carry out its turns
// and watch its changes.
import type { ConversationTokens } from '../access/access.ts'
import type { Core } from '../calls/core.ts'
import type { LocalResults } from '../live/local-results.ts'
import type { ListWatcher } from './commit/follow-up.ts'
import type { GroupCommit } from './commit/group-commit.ts'
import type { EndedTurn } from './machine/ended-turn.ts'
import type { TurnRunner } from './turn-runner.ts'

export interface Conversations {
  readonly core: Core
  /** Commits changes of different conversations together. */
  readonly commits: GroupCommit
  /** What calls on this node wait for. */
  readonly results: LocalResults<EndedTurn>
  readonly tokens: ConversationTokens
  /** Set by the engine when it is created. */
  runner: TurnRunner
  /** Set by the feed when it is created. */
  watcher: ListWatcher
}
