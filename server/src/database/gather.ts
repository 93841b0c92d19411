// Calls that come close together are answered together: the more there are, the less each of them costs.
import { WaitedTooLong } from './failures.ts'

export interface GatherOptions {
  /** So many are answered at once. */
  lanes: number
  /** So many are answered together. */
  most: number
  /** How long one waits for a lane. Absent: as long as for a database connection. */
  wait_ms?: number
}

const connection_wait_ms = 10_000

interface Waiting<Request, Answer> {
  request: Request
  resolve(answer: Answer | Promise<Answer>): void
  reject(error: unknown): void
  patience: NodeJS.Timeout
}

/**
 * A call that comes alone is answered at once. What comes while every lane is busy waits for the next one that is free, and is
 * answered by it together, oldest first. Answers come in the order of the requests. Throws `WaitedTooLong` where no lane was free
 * in time.
 */
export function gather<Request, Answer>(
  answerAll: (requests: Request[]) => Promise<(Answer | Promise<Answer>)[]>,
  { lanes, most, wait_ms = connection_wait_ms }: GatherOptions,
): (request: Request) => Promise<Answer> {
  const waiting: Waiting<Request, Answer>[] = []
  let busy = 0

  const answer = async (taken: Waiting<Request, Answer>[]) => {
    for (const { patience } of taken) clearTimeout(patience)
    try {
      const answers = await answerAll(taken.map(({ request }) => request))
      for (const [index, { resolve }] of taken.entries()) resolve(answers[index]!)
    } catch (error) {
      for (const { reject } of taken) reject(error)
    }
  }

  const runLane = async () => {
    busy += 1
    // After all that this process has just read, which may bring more of the same.
    await new Promise(setImmediate)
    while (waiting.length > 0) await answer(waiting.splice(0, most))
    busy -= 1
  }

  return (request) =>
    new Promise((resolve, reject) => {
      const giveUp = () => {
        waiting.splice(waiting.indexOf(one), 1)
        reject(new WaitedTooLong())
      }
      const one: Waiting<Request, Answer> = { request, resolve, reject, patience: setTimeout(giveUp, wait_ms) }
      waiting.push(one)
      if (busy < lanes) void runLane()
    })
}
