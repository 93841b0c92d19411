// Calls that come close together are answered together: the more there are, the less each of them costs.

export interface GatherOptions {
  /** So many are answered at once. */
  lanes: number
  /** So many are answered together. */
  most: number
}

interface Waiting<Request, Answer> {
  request: Request
  resolve(answer: Answer | Promise<Answer>): void
  reject(error: unknown): void
}

/**
 * A call that comes alone is answered at once. What comes while every lane is busy waits for the next one that is free, and is
 * answered by it together, oldest first. Answers come in the order of the requests.
 */
export function gather<Request, Answer>(
  answerAll: (requests: Request[]) => Promise<(Answer | Promise<Answer>)[]>,
  { lanes, most }: GatherOptions,
): (request: Request) => Promise<Answer> {
  const waiting: Waiting<Request, Answer>[] = []
  let busy = 0

  const answer = async (taken: Waiting<Request, Answer>[]) => {
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
      waiting.push({ request, resolve, reject })
      if (busy < lanes) void runLane()
    })
}
