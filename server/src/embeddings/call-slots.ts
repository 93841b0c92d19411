// Places for calls at once on a node. An owner alone can have all of them, and at most half while another owner waits.

interface Waiting {
  owner: string
  proceed(): void
}

export class CallSlots {
  readonly #places: number
  readonly #held = new Map<string, number>()
  #waiting: Waiting[] = []
  #free: number

  constructor(places: number) {
    this.#places = places
    this.#free = places
  }

  /** The signal only ends the wait. */
  async within<T>(owner: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    const isNext = !this.#waiting.some((waiting) => waiting.owner === owner)
    if (isNext && this.#canTake(owner)) this.#take(owner)
    else await this.#wait(owner, signal)
    try {
      return await work()
    } finally {
      this.#leave(owner)
    }
  }

  #canTake(owner: string): boolean {
    if (this.#free === 0) return false
    const isAlone = this.#waiting.every((waiting) => waiting.owner === owner)
    return isAlone || (this.#held.get(owner) ?? 0) < Math.max(1, Math.floor(this.#places / 2))
  }

  #take(owner: string): void {
    this.#held.set(owner, (this.#held.get(owner) ?? 0) + 1)
    this.#free -= 1
  }

  #wait(owner: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== own)
        reject(signal.reason as Error)
        this.#serve()
      }
      const own: Waiting = {
        owner,
        proceed() {
          signal.removeEventListener('abort', giveUp)
          resolve()
        },
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiting.push(own)
    })
  }

  #leave(owner: string): void {
    const left = this.#held.get(owner)! - 1
    if (left > 0) this.#held.set(owner, left)
    else this.#held.delete(owner)
    this.#free += 1
    this.#serve()
  }

  /** The owner that holds the least, in the order of arrival. */
  #serve(): void {
    while (this.#free > 0) {
      const held = ({ owner }: Waiting) => this.#held.get(owner) ?? 0
      const [next] = this.#waiting.filter(({ owner }) => this.#canTake(owner)).toSorted((a, b) => held(a) - held(b))
      if (!next) return
      this.#waiting = this.#waiting.filter((waiting) => waiting !== next)
      this.#take(next.owner)
      next.proceed()
    }
  }
}
