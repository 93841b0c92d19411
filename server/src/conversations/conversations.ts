// The face of conversations: what other rooms use of the one writer. Besides this file they import only `machine/` and `read/`.

export {
  type AnalysisOutcome,
  type AnalysisResult,
  askForAnalysis,
  beginAnalysis,
  failAnalysis,
  writeAnalysis,
} from './commit/analysis.ts'
export { addAnalysis, analysis_work } from './commit/analysis-work.ts'
export { type Bearer, type IncomingMessage, acceptMessage, endingRules } from './accept-message.ts'
export { beginWithin } from './commit/begin.ts'
export { cancelOpenTurns } from './cancel-open-turns.ts'
export type { ChannelPort } from './channel-port.ts'
export type { CommitAddition } from './commit/additions.ts'
export { changeWithin } from './commit/change-within.ts'
export { type Committed, changeConversation } from './commit/commit.ts'
export { rateReply, readNewestRatings } from './commit/confidence.ts'
export { countCallsInVain } from './commit/count-calls.ts'
export { changeMetadata } from './commit/content.ts'
export { announce, followUp, withHalt } from './commit/follow-up.ts'
export {
  type AbandonedTurn,
  expireLeases,
  expireLeasesOfNodes,
  findAbandonedTurns,
  findTurnLease,
  leavePartialText,
  readPartialText,
  renewLeases,
} from './commit/leases.ts'
export { holdActive } from './commit/lock.ts'
export { type ChangeName, reach } from './commit/pause-points.ts'
export { createConversationWith } from './operations/create.ts'
export { readConversationDepth } from './read/depth.ts'
export { makeGreeting } from './greeting.ts'
export { renderRuleMessage } from './rule-messages.ts'
export { begunBy } from './text-channel.ts'
export type { FoundSoFar } from './machine/turn-endings.ts'
export type {
  BegunTurn,
  GreetingRequest,
  HaltedAttempt,
  PromptVariables,
  TurnLease,
  TurnRunner,
} from './turn-runner.ts'
export type { ConversationContributions } from './commit/group-commit.ts'
export { actingPerson, personIfAny } from './acting.ts'
export { describeActor, describeHandlingActor } from './actor.ts'
export {
  type Beginning,
  BeginningNotReady,
  type Beginnings,
  type Conversations,
  type CreatedConversation,
  type EndUserCall,
  type EndUserMessages,
  type People,
  type WaitAsked,
} from './services.ts'
