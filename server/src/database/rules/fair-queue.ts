// A queue of requests that are answered in groups: each owner has one line for small and one for large requests, in order, and
// owners take turns. Pure.

export interface FairQueueOptions<Request> {
  /** Maximum number of requests in a group. */
  most: number
  /** The owner of a request; absent: all have the same owner. */
  ownerOf?: (request: Request) => string
  /** The size of a request in a unit of the caller's choice; absent: all are small. */
  sizeOf?: (request: Request) => number
  /** Requests above this size are grouped only with others of their owner. */
  large_size?: number
  /** Maximum total size of a group; a single larger request forms its own group. */
  most_size?: number
  /** Maximum number of waiting requests of an owner; one is always accepted. */
  most_waiting?: number
  /** Maximum total size of an owner's waiting requests; one is always accepted. */
  most_waiting_size?: number
}

export interface Group<Request> {
  requests: Request[]
  is_large: boolean
}

/** The large requests of an owner, or the small ones. */
interface Line<Request> {
  owner: Owner<Request>
  is_large: boolean
  waiting: { request: Request; size: number }[]
}

interface Owner<Request> {
  name: string
  short: Line<Request>
  long: Line<Request>
  /** Counts both lines, as does `size`. */
  count: number
  size: number
}

function createOwner<Request>(name: string): Owner<Request> {
  const owner = { name, count: 0, size: 0 } as Owner<Request>
  owner.short = { owner, is_large: false, waiting: [] }
  owner.long = { owner, is_large: true, waiting: [] }
  return owner
}

export class FairQueue<Request> {
  readonly #options: Required<FairQueueOptions<Request>>
  /** Owners with waiting requests. */
  readonly #owners = new Map<string, Owner<Request>>()
  /** Non-empty lines, the next one first. Small requests have their own line, so that they never wait behind large ones. */
  readonly #lines = new Set<Line<Request>>()

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

  /** False if the owner has reached its limit of waiting requests. */
  add(request: Request): boolean {
    const { ownerOf, sizeOf, most_waiting, most_waiting_size } = this.#options
    const [name, size] = [ownerOf(request), sizeOf(request)]
    const owner = this.#owners.get(name) ?? createOwner<Request>(name)
    const hasRoom = owner.count < most_waiting && owner.size + size <= most_waiting_size
    if (owner.count > 0 && !hasRoom) return false
    this.#owners.set(name, owner)
    const line = this.#lineOf(owner, size)
    line.waiting.push({ request, size })
    this.#lines.add(line)
    owner.count += 1
    owner.size += size
    return true
  }

  /** Removes a request that no longer waits. */
  remove(request: Request): void {
    const { ownerOf, sizeOf } = this.#options
    const owner = this.#owners.get(ownerOf(request))
    if (!owner) return
    const line = this.#lineOf(owner, sizeOf(request))
    const place = line.waiting.findIndex((one) => one.request === request)
    if (place === -1) return
    this.#release(line, line.waiting.splice(place, 1)[0]!.size)
  }

  /** Takes the next group; null if no request can be taken. Large requests are taken only `with_large`. */
  take(with_large: boolean): Group<Request> | null {
    const { most, most_size } = this.#options
    const requests: Request[] = []
    let size = 0
    let large_owner: Owner<Request> | null = null
    // A line with more requests moves to the end and is visited again, so the loop continues until nothing fits.
    for (const line of this.#lines) {
      if (requests.length === most) break
      const { owner, is_large, waiting } = line
      const [head] = waiting
      const isFirst = requests.length === 0
      const isAllowed = is_large
        ? with_large && (isFirst || owner === large_owner)
        : large_owner === null || owner === large_owner
      if (!isAllowed || (!isFirst && size + head!.size > most_size)) continue
      if (is_large) large_owner = owner
      size += head!.size
      requests.push(head!.request)
      this.#advance(line)
    }
    return requests.length === 0 ? null : { requests, is_large: large_owner !== null }
  }

  #lineOf({ short, long }: Owner<Request>, size: number): Line<Request> {
    return size > this.#options.large_size ? long : short
  }

  #advance(line: Line<Request>): void {
    const { size } = line.waiting.shift()!
    this.#lines.delete(line)
    if (line.waiting.length > 0) this.#lines.add(line)
    this.#release(line, size)
  }

  /** Gives the space of a removed request back to its owner. */
  #release(line: Line<Request>, size: number): void {
    const { owner } = line
    owner.count -= 1
    owner.size -= size
    if (line.waiting.length === 0) this.#lines.delete(line)
    if (owner.count === 0) this.#owners.delete(owner.name)
  }
}
