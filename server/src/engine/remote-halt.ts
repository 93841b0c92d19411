// Stops attempts across nodes: a node that ends, cancels or interrupts a turn asks the node that runs it for the agent's text.
// That node stops at once, stores the text with the turn, and starts the turn again if it was not concluded.
import type { Core } from '../calls/core.ts'
import { type HaltedAttempt, findTurnLease, leavePartialText, readPartialText } from '../conversations/conversations.ts'
import { isUnavailable } from '../database/failures.ts'
import { signalsOf } from '../live/signals.ts'
import { topic } from '../live/topics.ts'

/** Asks the node that runs the conversation's turn to store its text and stop. */
export const halt = topic<string>('halt')
/** The turn was not concluded, so it continues. */
const resume = topic<string>('resume')
/** The text of the turn is stored. */
const halted = topic<string>('halted')
const haltedKey = signalsOf('halted')

/** How long the asking node waits for the text before it continues without it. */
const answer_ms = 250
/** How long a stopped attempt waits for its turn to be concluded before it starts again. */
export const lent_ms = 2000

type Part = Pick<Core, 'database' | 'live' | 'node' | 'ports'>

/** Asks the node that runs the conversation's turn, if it is another one. */
export async function haltElsewhere(services: Part, conversation_id: string): Promise<HaltedAttempt | null> {
  const turn = await findTurnLease(services.database, conversation_id)
  if (!turn || turn.node_id === services.node.id) return null
  const partial = services.live.signals.waitFor(haltedKey(turn.turn_id), answer_ms, () =>
    readPartialText(services.database, turn.turn_id, turn.lease).catch(lookAgain),
  )
  await services.live.bus.publish(halt, conversation_id)
  const { text, step, found, calls } = (await partial) ?? { text: '', step: 0, found: null, calls: null }
  return {
    turn_id: turn.turn_id,
    lease: turn.lease,
    text,
    step,
    found,
    calls,
    release: (isConcluded) => {
      if (!isConcluded) void services.live.bus.publish(resume, conversation_id)
    },
  }
}

/** An attempt that was stopped for another node. */
interface Loan {
  attempt: HaltedAttempt
  stopTimer: () => void
  /** Its text is stored with the turn; removing it must come after. */
  left: Promise<void>
}

/** The other side: stops the attempt that runs here at another node's request, and restarts it if its turn is not concluded. */
export function lendAttempts(services: Part, stop: (conversation_id: string) => HaltedAttempt | null): void {
  const lent = new Map<string, Loan>()

  function open(conversation_id: string, attempt: HaltedAttempt): Loan {
    const stopTimer = services.ports.clock.after(lent_ms, () => void goOn(conversation_id).catch(ignoreLoss))
    const left = leavePartialText(services.database, attempt.turn_id, attempt.lease, {
      text: attempt.text,
      step: attempt.step,
      found: attempt.found,
      calls: attempt.calls,
    })
    const loan = { attempt, stopTimer, left }
    lent.set(conversation_id, loan)
    return loan
  }

  async function lend(conversation_id: string): Promise<void> {
    const attempt = stop(conversation_id)
    if (!attempt) return
    const earlier = lent.get(conversation_id)
    const loan = open(conversation_id, attempt)
    // Of the same attempt, which the new loan now holds, or of one whose turn is over.
    earlier?.stopTimer()
    earlier?.attempt.release(false)
    await loan.left
    await services.live.bus.publish(halted, loan.attempt.turn_id)
  }

  async function goOn(conversation_id: string): Promise<void> {
    const loan = lent.get(conversation_id)
    if (!loan) return
    loan.stopTimer()
    lent.delete(conversation_id)
    await loan.left.catch(ignoreLoss)
    // Its earlier text is void: it starts again.
    await leavePartialText(services.database, loan.attempt.turn_id, loan.attempt.lease, null).catch(ignoreLoss)
    loan.attempt.release(false)
  }

  services.live.bus.subscribe(halt, (id) => void lend(id).catch(ignoreLoss))
  services.live.bus.subscribe(resume, (id) => void goOn(id).catch(ignoreLoss))
  services.live.bus.subscribe(halted, (turn_id) => services.live.signals.notify(haltedKey(turn_id)))
}

/** A text that cannot be read now may be readable a moment later; if not, the commit continues without it. */
function lookAgain(error: unknown): undefined {
  if (!isUnavailable(error)) throw error
}

/**
 * The database is unavailable, or this node has stopped: the lease runs out, and the turn is taken over like any other lost
 * one.
 */
function ignoreLoss(): void {}
