// An attempt while it runs in this process, and one that was stopped so that its turn can be concluded.
import type { TurnLease } from '../conversations/conversations.ts'
import { isWrapped } from '../agents/rules/wrapping.ts'
import type { Found } from '../conversations/machine/retrievals.ts'
import { type Words, countPieces, heldWords } from '../conversations/machine/turn-items.ts'
import type { CallMeter } from './call-meter.ts'
import { Hold } from './hold.ts'
import type { FoundTurn } from './running-turn.ts'
import type { EngineServices } from './services.ts'
import { Speech } from './speech.ts'
import type { TurnPassages } from './turn-passages.ts'

/** An attempt that runs here. */
export interface RunningAttempt {
  lease: TurnLease
  controller: AbortController
  /** The text of the current step. */
  speech: Speech
  /** The text of earlier steps that is not a message yet. */
  held: Words[]
  /** Finished steps of the turn. */
  step: number
  /** Pieces of the turn in the transcript: see countPieces. */
  kept: number
  /** The number of the attempt for readers of its live text; null: the text is wrapped and not shown before the reply. */
  shown: number | null
  /** Its calls of the model that are not counted yet. */
  calls: CallMeter
  /** Null: it has not begun. */
  passages: TurnPassages | null
  /** Null: as above. */
  found: Pick<FoundTurn, 'store' | 'conversation' | 'config'> | null
  /** Whether it surely holds its turn. */
  hold: Hold
  /** Resolves when no part of it runs any more. */
  over: Promise<void>
}

/** An attempt that was stopped here, and how many callers are about to conclude its turn. */
export interface Halt {
  attempt: RunningAttempt
  holders: number
}

/** Stops an attempt without a result: another writer concludes its turn or has taken it over. */
export class Halted extends Error {}

export function newAttempt(
  { ports, live }: Pick<EngineServices, 'ports' | 'live'>,
  lease: TurnLease,
  { over, meterOf }: { over: Promise<void>; meterOf: (attempt: RunningAttempt) => CallMeter },
): RunningAttempt {
  const attempt: Omit<RunningAttempt, 'calls'> = {
    lease,
    controller: new AbortController(),
    speech: new Speech(),
    held: [],
    step: 0,
    kept: 0,
    shown: null,
    passages: null,
    found: null,
    hold: new Hold(ports.clock, lease.asked_at, (text) => live.turns.say(lease.conversation_id, text)),
    over,
  }
  const whole = attempt as RunningAttempt
  whole.calls = meterOf(whole)
  return whole
}

/** What it goes on from. */
export function noteBegun(attempt: RunningAttempt, found: FoundTurn): void {
  const { config, items, redactor, passages } = found
  const { steps, attempts } = found.turn
  attempt.found = found
  attempt.speech = new Speech(redactor)
  attempt.step = steps
  attempt.kept = countPieces(items, steps)
  attempt.shown = isWrapped(config) ? null : attempts
  attempt.held = heldWords(items)
  attempt.passages = passages
}

/** What its next commit takes along of its searches and calls of the model; null: nothing. */
export function takeRest({ passages, calls }: RunningAttempt): { rest: Found | null; noteStored(): void } {
  const found = passages?.rest ?? { retrievals: [], unshown: [] }
  const model_calls = calls.over
  const isEmpty = found.retrievals.length + found.unshown.length + model_calls.length === 0
  return {
    rest: isEmpty ? null : { ...found, model_calls },
    noteStored() {
      if (isEmpty) return
      passages?.noteStored(found.retrievals)
      calls.forget(model_calls)
    },
  }
}
