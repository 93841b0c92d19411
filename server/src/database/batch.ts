// Calls that come close together are answered together: the more there are, the less each of them costs.
import { FairQueue, type FairQueueOptions } from './rules/fair-queue.ts'
import { QueueFull, WaitedTooLong } from './failures.ts'

export interface BatchOptions<Request> extends FairQueueOptions<Request> {
  /** So many groups are answered at once; one fewer of large requests, if there are two or more. */
  lanes: number
  /** How long one waits for a lane. Absent: as long as for a database connection. */
  wait_ms?: number
}

const connection_wait_ms = 10_000
/** Of one owner. */
const usual_most_waiting = 10_000

interface Waiting<Request, Answer> {
  request: Request
  resolve(answer: Answer | Promise<Answer>): void
  reject(error: unknown): void
  patience: NodeJS.Timeout
}

/**
 * A call that comes alone is answered at once. What comes while every lane is busy waits for the next one that is free, and is
 * answered by it together: the oldest of each owner, owners in turn. Answers come in the order of the requests. Throws
 * `WaitedTooLong` where no lane was free in time, and `QueueFull` where the owner has too much waiting.
 */
export function batch<Request, Answer>(
  answerAll: (requests: Request[]) => Promise<(Answer | Promise<Answer>)[]>,
  { lanes, wait_ms = connection_wait_ms, ownerOf = () => '', sizeOf = () => 0, ...bounds }: BatchOptions<Request>,
): (request: Request) => Promise<Answer> {
  const queue = new FairQueue<Waiting<Request, Answer>>({
    most_waiting: usual_most_waiting,
    ...bounds,
    ownerOf: ({ request }) => ownerOf(request),
    sizeOf: ({ request }) => sizeOf(request),
  })
  const most_large = Math.max(1, lanes - 1)
  let busy = 0
  let busy_with_large = 0

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
    for (;;) {
      const group = queue.take(busy_with_large < most_large)
      if (!group) break
      if (group.is_large) busy_with_large += 1
      await answer(group.requests)
      if (group.is_large) busy_with_large -= 1
    }
    busy -= 1
  }

  return (request) =>
    new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.remove(one)
        reject(new WaitedTooLong())
      }
      const one: Waiting<Request, Answer> = { request, resolve, reject, patience: setTimeout(giveUp, wait_ms) }
      if (!queue.add(one)) {
        clearTimeout(one.patience)
        return reject(new QueueFull())
      }
      if (busy < lanes) void runLane()
    })
}
