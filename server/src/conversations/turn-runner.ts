// What conversations ask of the engine: the port through which turns are carried out and greetings written in this process.
import type { ResolvedConfig } from '../agents/config.ts'
import type { JsonObject } from '../json.ts'

/** The right of one attempt to write, as the database gave it. */
export interface TurnLease {
  organization_id: string
  conversation_id: string
  turn_id: string
  /** Never reused; every write of the attempt carries it (T6). */
  lease: number
}

/** An attempt that was stopped in order to conclude its turn. */
export interface HaltedAttempt {
  turn_id: string
  lease: number
  /** What the agent had said in the step that was under way, and how many were finished before. */
  text: string
  step: number
  /** The conclusion was not committed after all: carry the turn out again. */
  resume(): void
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
  config: ResolvedConfig
  /** Of the starting message. */
  instructions: string
  variables: PromptVariables
  initial_context: string | null
}

export interface TurnRunner {
  /** Carries the turn out; returns at once. A client that goes away does not stop it (T11). */
  start(lease: TurnLease): void
  /**
   * Stops the attempt that runs for this conversation, if there is one; it writes nothing from now on. Another node is asked
   * to, and waited for 250 ms at most.
   */
  halt(conversation_id: string): Promise<HaltedAttempt | null>
  /**
   * Does what halts the attempt and commits with its text, in this process one after another for each conversation: the second
   * at once would find nothing to stop, and might commit before the first, without the text.
   */
  halting<T>(conversation_id: string, work: () => Promise<T>): Promise<T>
  /** A greeting by the model. Throws `model_failed` or `model_timed_out`: nothing is stored then. */
  writeGreeting(greeting: GreetingRequest): Promise<string>
}
