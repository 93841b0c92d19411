// Delivers events to webhook endpoints from this node: looks for lanes that are due, makes tries, writes their results. Correctness
// rests on the lanes' leases; nothing here is remembered by anyone else.
import type { Logger } from 'pino'
import type { Services } from '../context.ts'
import { isUnavailable } from '../database/database.ts'
import { type Head, claimHeads, giveBack, openLanes, writeTry } from './lanes.ts'
import { judgeTry, max_tries } from './rules.ts'
import { makeTry } from './send.ts'

/** How often it looks. A NOTIFY in every turn's commit would make commits wait for each other. */
const poll_ms = 750

/** Tries under way on this node, and of them to one endpoint. */
const max_tries_at_once = 256
const max_of_endpoint = 8
const max_of_failing_endpoint = 2

/** Leased with one look; its events are held in memory. */
const max_leased_at_once = 32

/** Transactions at once: deliveries must leave connections for turns. */
const max_writes_at_once = 4

/** Writing a result to a database that is gone; with the try itself less than a lease. */
const max_write_tries = 32
const write_retry_ms = 250

/** What tries that are under way have left when the server stops. */
const drain_ms = 5000

type Part = Pick<Services, 'database' | 'outbound' | 'ports' | 'webhook_sealer'>

export interface Deliveries {
  /** Takes no more, and gives back what does not end in time. */
  stop(): Promise<void>
}

export function startDeliveries(services: Part, log: Logger): Deliveries {
  const deliveries = new RunningDeliveries(services, log)
  deliveries.look()
  return deliveries
}

class RunningDeliveries implements Deliveries {
  readonly #services: Part
  readonly #log: Logger
  readonly #tries = new Map<number, { head: Head; over: Promise<void> }>()
  readonly #halt = new AbortController()
  readonly #admit = createGate(max_writes_at_once)
  #looking: Promise<void> | null = null
  #looksAgain = false
  #isStopped = false
  #stopTimer = () => {}

  constructor(services: Part, log: Logger) {
    this.#services = services
    this.#log = log
  }

  /** Now, and again after a while; at most one look at a time. */
  look(): void {
    this.#looksAgain = true
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = null
      if (!this.#isStopped) this.#stopTimer = this.#services.ports.clock.after(poll_ms, () => this.look())
    })
  }

  async #lookWhileAsked(): Promise<void> {
    this.#stopTimer()
    while (this.#looksAgain && !this.#isStopped) {
      this.#looksAgain = false
      try {
        await this.#claim()
      } catch (error) {
        const level = isUnavailable(error) ? 'debug' : 'warn'
        this.#log[level]({ err: error }, 'webhook deliveries could not be looked for; will try again')
      }
    }
  }

  async #claim(): Promise<void> {
    const { database, ports } = this.#services
    await ports.reached('delivery.look')
    const { is_any_due, has_more } = await openLanes(database)
    if (has_more) this.#looksAgain = true
    if (!is_any_due) return
    const lanes = Math.min(max_leased_at_once, max_tries_at_once - this.#tries.size)
    if (lanes === 0) return
    const busy: Record<string, number> = {}
    for (const { head } of this.#tries.values()) busy[head.endpoint_id] = (busy[head.endpoint_id] ?? 0) + 1
    const capacity = { lanes, endpoint: max_of_endpoint, failing_endpoint: max_of_failing_endpoint, busy }
    const { heads, leased } = await claimHeads(database, capacity)
    await ports.reached('delivery.claimed')
    for (const head of heads) {
      const over = this.#carry(head).finally(() => this.#tries.delete(head.lease))
      this.#tries.set(head.lease, { head, over })
    }
    if (leased === lanes) this.#looksAgain = true
  }

  async #carry(head: Head): Promise<void> {
    try {
      if (await this.#tryOnce(head)) this.look()
    } catch (error) {
      if (this.#halt.signal.aborted) return this.#giveBack(head)
      // Its lease runs out, and any node makes it again.
      this.#log.error({ err: error, delivery_id: head.delivery_id }, 'a webhook delivery could not be made')
    }
  }

  /** True: something else can be delivered now. */
  async #tryOnce(head: Head): Promise<boolean> {
    const { database, ports } = this.#services
    const made = await makeTry(this.#services, head, this.#halt.signal)
    await ports.reached('delivery.answered')
    // Whoever asks for a test wants to know now.
    const tries_made = head.type === 'webhook.test' ? max_tries : head.tries_made
    const verdict = judgeTry(made, tries_made, ports.random())
    const announcement_id = ports.newId()
    const written = await this.#retryWhileUnavailable(() =>
      this.#admit(() => writeTry(database, head, made, verdict, announcement_id)),
    )
    const { endpoint_id: webhook_id, delivery_id } = head
    if (!written) this.#log.warn({ webhook_id, delivery_id }, 'a webhook delivery was made by another node too')
    if (written?.disabled) {
      this.#log.warn({ webhook_id, ...written.disabled }, 'a webhook endpoint was switched off')
    }
    return written !== null && (written.goes_on || this.#isCrowded(head))
  }

  /** Whether a lane of the endpoint may have had to wait for this try. */
  #isCrowded({ endpoint_id }: Head): boolean {
    const ofEndpoint = [...this.#tries.values()].filter(({ head }) => head.endpoint_id === endpoint_id)
    return ofEndpoint.length >= max_of_failing_endpoint || this.#tries.size >= max_tries_at_once
  }

  async #retryWhileUnavailable<T>(write: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await write()
      } catch (error) {
        if (!isUnavailable(error) || tries >= max_write_tries) throw error
        await new Promise<void>((resolve) => this.#services.ports.clock.after(write_retry_ms, resolve))
      }
    }
  }

  async #giveBack(head: Head): Promise<void> {
    try {
      await this.#admit(() => giveBack(this.#services.database, head))
    } catch (error) {
      this.#log.warn({ err: error }, 'a webhook delivery could not be given back; its lease runs out')
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stopTimer()
    await this.#looking
    const tries = [...this.#tries.values()].map(({ over }) => over)
    const stopTimer = this.#services.ports.clock.after(drain_ms, () => this.#halt.abort())
    await Promise.all(tries)
    stopTimer()
  }
}

/** Lets that many pieces of work run at once; the others wait in line. */
function createGate(size: number) {
  const waiting: (() => void)[] = []
  let free = size
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
