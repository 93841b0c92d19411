// What conversations ask of the engine: the port through which turns are carried out and greetings written in this process.
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { JsonObject } from '../base/json.ts'
import type { ConversationRecord, TurnRecord } from './machine/rows.ts'

/** The right of one attempt to write, as the database gave it. */
export interface TurnLease {
  organization_id: string
  conversation_id: string
  turn_id: string
  /** Never reused; every write of the attempt carries it (T6). */
  lease: number
  /** As the commit left them that gave the right: what its first attempt need not read. */
  begun?: BegunTurn
}

export interface BegunTurn {
  turn: TurnRecord
  conversation: ConversationRecord
}

/** An attempt that was stopped in order to conclude its turn. */
export interface HaltedAttempt {
  turn_id: string
  lease: number
  /** What the agent had said in the step that was under way, and how many were finished before. */
  text: string
  step: number
  /** The turn is concluded; or it is not after all, and is carried out again once nobody else is about to conclude it. */
  release(isConcluded: boolean): void
}

/** Who the agent talks to, as templates see it. */
export interface PromptVariables {
  custom_metadata: JsonObject
  user_id: string
  channel: string
  /** RFC 3339, the start of the turn. */
  now: string
}

/** A greeting that the model is to write. */
export interface GreetingRequest {
  organization_id: string
  config: ResolvedConfig
  /** Of the starting message. */
  instructions: string
  variables: PromptVariables
  initial_context: string | null
}

export interface TurnRunner {
  /** Carries the turn out; returns at once. A client that goes away does not stop it (T11). */
  start(lease: TurnLease): void
  /** The turn was concluded: an attempt at it that still runs here has nothing to say any more. */
  stop(turn_id: string): void
  /**
   * Stops the attempt that runs for this conversation, if there is one; it writes nothing from now on. Another node is asked
   * to, and waited for 250 ms at most.
   */
  halt(conversation_id: string): Promise<HaltedAttempt | null>
  /** A greeting by the model. Throws `model_failed` or `model_timed_out`: nothing is stored then. */
  writeGreeting(greeting: GreetingRequest): Promise<string>
}
