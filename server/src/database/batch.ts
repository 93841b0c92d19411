// Answers calls that arrive close together in one batch: the more there are, the less each one costs.
import { FairQueue, type FairQueueOptions } from './rules/fair-queue.ts'
import { QueueFull, WaitedTooLong } from './failures.ts'

export interface BatchOptions<Request> extends FairQueueOptions<Request> {
  /** The number of groups that are answered at once; with two or more lanes, one fewer for large requests. */
  lanes: number
  /** How long a request waits for a lane. Absent: as long as for a database connection. */
  wait_ms?: number
  /** A request begins to wait for a lane; its result is called when that is over. */
  onWait?: (owner: string) => () => void
}

const connection_wait_ms = 10_000
/** Waiting requests of one owner. */
const usual_most_waiting = 10_000

interface Waiting<Request, Answer> {
  request: Request
  resolve(answer: Answer | Promise<Answer>): void
  reject(error: unknown): void
  patience: NodeJS.Timeout
  endWait: (() => void) | undefined
}

/**
 * A single call is answered at once. Calls that arrive while every lane is busy wait for the next free lane, which answers them
 * together: the oldest of each owner first, owners in turn. Answers are in the order of the requests. Throws `WaitedTooLong` if no
 * lane was free in time, and `QueueFull` if the owner has too many waiting requests.
 */
export function batch<Request, Answer>(
  answerAll: (requests: Request[]) => Promise<(Answer | Promise<Answer>)[]>,
  {
    lanes,
    wait_ms = connection_wait_ms,
    ownerOf = () => '',
    sizeOf = () => 0,
    onWait,
    ...bounds
  }: BatchOptions<Request>,
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
    for (const { patience, endWait } of taken) {
      clearTimeout(patience)
      endWait?.()
    }
    try {
      const answers = await answerAll(taken.map(({ request }) => request))
      for (const [index, { resolve }] of taken.entries()) resolve(answers[index]!)
    } catch (error) {
      for (const { reject } of taken) reject(error)
    }
  }

  const runLane = async () => {
    busy += 1
    // Runs after all input that this process has already received, which may bring more calls for the batch.
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
        one.endWait?.()
        reject(new WaitedTooLong())
      }
      const patience = setTimeout(giveUp, wait_ms)
      const one: Waiting<Request, Answer> = { request, resolve, reject, patience, endWait: undefined }
      if (!queue.add(one)) {
        clearTimeout(patience)
        return reject(new QueueFull())
      }
      if (busy < lanes) void runLane()
      else one.endWait = onWait?.(ownerOf(request))
    })
}
