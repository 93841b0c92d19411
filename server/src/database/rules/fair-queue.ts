// Who waits for what is done together: the requests of each owner in their order, short ones and large ones each in a
// line, the owners in turn. Pure.

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

/** All of one owner that is large, or all that is not. */
interface Line<Request> {
  owner: Owner<Request>
  is_large: boolean
  waiting: { request: Request; size: number }[]
}

interface Owner<Request> {
  name: string
  short: Line<Request>
  long: Line<Request>
  /** In both lines together, as is the size. */
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
  /** Each has something waiting. */
  readonly #owners = new Map<string, Owner<Request>>()
  /** The one whose turn it is first. None is empty. What is short has a line of its own, so that it waits behind nothing large. */
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

  /** False where its owner has as much waiting as may be. */
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

  /** It waits no longer. */
  remove(request: Request): void {
    const { ownerOf, sizeOf } = this.#options
    const owner = this.#owners.get(ownerOf(request))
    if (!owner) return
    const line = this.#lineOf(owner, sizeOf(request))
    const place = line.waiting.findIndex((one) => one.request === request)
    if (place === -1) return
    this.#release(line, line.waiting.splice(place, 1)[0]!.size)
  }

  /** Null where nothing waits that may be taken; what is large only `with_large`. */
  take(with_large: boolean): Group<Request> | null {
    const { most, most_size } = this.#options
    const requests: Request[] = []
    let size = 0
    let large_owner: Owner<Request> | null = null
    // A line that has more goes to the end, and so is met again: the loop goes round until nothing fits.
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

  /** What one that has left its line took of its owner's room. */
  #release(line: Line<Request>, size: number): void {
    const { owner } = line
    owner.count -= 1
    owner.size -= size
    if (line.waiting.length === 0) this.#lines.delete(line)
    if (owner.count === 0) this.#owners.delete(owner.name)
  }
}
