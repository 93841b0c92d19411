// The port to the engine: through it conversations have turns carried out and greetings written in this process.
import type { Channel } from '@parley/contract'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { JsonObject } from '../base/json.ts'
import type { LockedConversation } from './machine/change.ts'
import type { ConversationRecord, ItemRecord, TurnRecord } from './machine/rows.ts'
import type { CountedCall } from '../usage/port.ts'
import type { FoundSoFar } from './machine/turn-endings.ts'

/** The right of one attempt to write, as the database granted it. */
export interface TurnLease {
  organization_id: string
  conversation_id: string
  turn_id: string
  /** Never reused; every write of the attempt carries it (T6). */
  lease: number
  /** Before it was granted, by the clock of this process (H2). */
  asked_at: number
  /** The turn and conversation after the commit that granted the lease, so that the first attempt need not read them. */
  begun?: BegunTurn
}

export interface BegunTurn {
  turn: TurnRecord
  conversation: ConversationRecord
  /** What its commit has added to the transcript; null: it is stored otherwise than it was said. */
  said: ItemRecord[] | null
  /** The state in which its commit has left the conversation; null: not known. */
  left: LockedConversation | null
}

/** An attempt that was stopped so that its turn can be concluded. */
export interface HaltedAttempt {
  turn_id: string
  lease: number
  /**
   * What the agent had said in the current step, without what the conversation must not keep, and how many steps were
   * finished before it.
   */
  text: string
  step: number
  /** What it had found that is not stored yet; null: nothing. */
  found: FoundSoFar | null
  /** What its calls of the model have used that is not counted yet; null: it could not be asked. */
  calls: CountedCall[] | null
  /**
   * Call it once the outcome is known. If the turn was not concluded, it is carried out again when no other caller is about to
   * conclude it.
   */
  release(isConcluded: boolean): void
}

/** The end user and conversation as templates see them. */
export interface PromptVariables {
  custom_metadata: JsonObject
  user_id: string
  channel: string
  /** RFC 3339, the start of the turn. */
  now: string
}

/** A greeting for the model to write. */
export interface GreetingRequest {
  organization_id: string
  agent_id: string | null
  conversation_id: string
  channel: Channel
  web_widget_id: string | null
  config: ResolvedConfig
  /** From the starting message. */
  instructions: string
  variables: PromptVariables
  initial_context: string | null
}

export interface TurnRunner {
  /** Carries the turn out; returns at once. A client that disconnects does not stop it (T11). */
  start(lease: TurnLease): void
  /** Whether it carries the turn out here now; when it ends the turn, it tells so before this becomes false for those who wait. */
  carriesOut(turn_id: string): boolean
  /** The turn was concluded: stops an attempt at it that still runs here, or is about to start. */
  stop(turn_id: string): void
  /**
   * Stops the attempt that runs for this conversation, if there is one; it writes nothing more. If another node runs it,
   * that node is asked to stop, and the call waits at most 250 ms.
   */
  halt(conversation_id: string): Promise<HaltedAttempt | null>
  /** Has the model write a greeting. Throws `model_failed` or `model_timed_out`; then nothing is stored. */
  writeGreeting(greeting: GreetingRequest): Promise<string>
}
