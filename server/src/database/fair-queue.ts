// Who waits for what is done together: the requests of each owner in their order, the owners in turn, large ones apart. Pure.

export interface FairQueueOptions<Request> {
  /** So many are taken together. */
  most: number
  /** In whose name a request comes; absent: all come in one name. */
  ownerOf?: (request: Request) => string
  /** In a unit of the caller's; absent: all are small. */
  sizeOf?: (request: Request) => number
  /** A larger one is taken with others of its owner only. */
  large_size?: number
  /** Of all that are taken together; one that is larger goes alone. */
  most_size?: number
  /** So many of one owner wait, or one. */
  most_waiting?: number
  /** All that one owner has waiting, or one. */
  most_waiting_size?: number
}

export interface Group<Request> {
  requests: Request[]
  is_large: boolean
}

interface Line<Request> {
  waiting: { request: Request; size: number }[]
  size: number
}

export class FairQueue<Request> {
  readonly #options: Required<FairQueueOptions<Request>>
  /** By owner; the one whose turn it is first. None is empty. */
  readonly #lines = new Map<string, Line<Request>>()

  constructor(options: FairQueueOptions<Request>) {
    this.#options = {
      ownerOf: () => '',
      sizeOf: () => 0,
      large_size: Infinity,
      most_size: Infinity,
      most_waiting: Infinity,
      most_waiting_size: Infinity,
      ...options,
    }
  }

  /** False where its owner has as much waiting as may be. */
  add(request: Request): boolean {
    const { ownerOf, sizeOf, most_waiting, most_waiting_size } = this.#options
    const [owner, size] = [ownerOf(request), sizeOf(request)]
    const line = this.#lines.get(owner)
    if (!line) {
      this.#lines.set(owner, { waiting: [{ request, size }], size })
      return true
    }
    if (line.waiting.length >= most_waiting || line.size + size > most_waiting_size) return false
    line.waiting.push({ request, size })
    line.size += size
    return true
  }

  /** It waits no longer. */
  remove(request: Request): void {
    const owner = this.#options.ownerOf(request)
    const line = this.#lines.get(owner)
    const place = line?.waiting.findIndex((one) => one.request === request) ?? -1
    if (place === -1) return
    line!.size -= line!.waiting.splice(place, 1)[0]!.size
    if (line!.waiting.length === 0) this.#lines.delete(owner)
  }

  /** Null where nothing waits that may be taken; what is large only `with_large`. */
  take(with_large: boolean): Group<Request> | null {
    const { most, most_size, large_size } = this.#options
    const requests: Request[] = []
    let size = 0
    let large_owner: string | null = null
    // An owner who has more goes to the end, and so is met again: the loop goes round until nothing fits.
    for (const [owner, line] of this.#lines) {
      if (requests.length === most) break
      const [head] = line.waiting
      const is_large = head!.size > large_size
      const isFirst = requests.length === 0
      const isAllowed = is_large
        ? with_large && (isFirst || owner === large_owner)
        : large_owner === null || owner === large_owner
      if (!isAllowed || (!isFirst && size + head!.size > most_size)) continue
      if (is_large) large_owner = owner
      size += head!.size
      requests.push(head!.request)
      this.#advance(owner, line)
    }
    return requests.length === 0 ? null : { requests, is_large: large_owner !== null }
  }

  #advance(owner: string, line: Line<Request>): void {
    line.size -= line.waiting.shift()!.size
    this.#lines.delete(owner)
    if (line.waiting.length > 0) this.#lines.set(owner, line)
  }
}
