// The face of conversations: what the rest of the server uses of the one writer, and what the room has for itself, with places for
// those who carry out its turns and watch its changes. Beside it others know only `machine/` and `read/`.
import type { ConversationTokens } from '../access/access.ts'
import type { Core } from '../calls/core.ts'
import type { LocalResults } from '../live/local-results.ts'
import type { ListWatcher } from './commit/follow-up.ts'
import type { GroupCommit } from './commit/group-commit.ts'
import type { EndedTurn } from './machine/turn-snapshots.ts'
import type { TurnRunner } from './turn-runner.ts'

export {
  type AnalysisOutcome,
  askForAnalysis,
  beginAnalysis,
  requeueOverdueAnalyses,
  writeAnalysis,
} from './commit/analysis.ts'
export { type Bearer, type IncomingMessage, acceptMessage } from './accept-message.ts'
export type { ChannelPort } from './channel-port.ts'
export type { CommitAddition } from './commit/additions.ts'
export { type Committed, changeConversation } from './commit/commit.ts'
export { announce, eventsKey, followUp } from './commit/follow-up.ts'
export {
  type AbandonedTurn,
  expireLeases,
  findAbandonedTurns,
  findTurnLease,
  leavePartialText,
  readPartialText,
  renewLeases,
} from './commit/leases.ts'
export { type ChangeName, reach } from './commit/pause-points.ts'
export { begunBy, textChannel } from './text-channel.ts'
export type { GreetingRequest, HaltedAttempt, PromptVariables, TurnLease, TurnRunner } from './turn-runner.ts'

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
