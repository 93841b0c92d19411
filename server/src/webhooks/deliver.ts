// Delivers events to webhook endpoints from this node: finds lanes that are due, makes tries, writes their results. Correctness
// rests on the lanes' leases; no other node depends on what is in memory here.
import type { WebhookTry } from '@parley/contract'
import type { Logger } from 'pino'
import type { Core } from '../calls/core.ts'
import { isUnavailable } from '../database/failures.ts'
import { createGate } from '../base/gate.ts'
import { eventsKey } from '../live/shared.ts'
import { type Looks, createLooks } from '../work/looks.ts'
import { type UnderWay, mayHoldOthersBack, measureCapacity } from '../work/rules/shares.ts'
import { max_leased_at_once, pools } from './rules/places.ts'
import { type Head, claimHeads, freeLanesOf, giveBack, openLanes, writeTry } from './lanes.ts'
import { type Traces, traced } from '../telemetry/traces.ts'
import { deliveries } from './metrics.ts'
import { judgeTry, max_tries } from './rules/deliveries.ts'
import { makeTry } from './send.ts'

/** Simultaneous transactions: deliveries must leave connections for turns. */
const max_writes_at_once = 4

/** Writes of a result to an unavailable database; together with the try itself, they take less than a lease. */
const max_write_tries = 32
const write_retry_ms = 250

/** How long current tries may take when the server stops. */
const drain_ms = 5000

type Part = Pick<Core, 'database' | 'outbound' | 'ports' | 'live' | 'sealers' | 'node' | 'metrics' | 'traces'>

export interface Deliveries {
  /** Starts no more tries, and gives back those that do not end in time. */
  stop(): Promise<void>
}

export function startDeliveries(services: Part, log: Logger): Deliveries {
  const deliveries = new RunningDeliveries(services, log)
  deliveries.start()
  void deliveries.lookWhenCalled()
  return deliveries
}

class RunningDeliveries implements Deliveries {
  readonly #services: Part
  readonly #log: Logger
  readonly #tries = new Map<number, { head: Head; over: Promise<void> }>()
  readonly #stopping = new AbortController()
  readonly #halt = new AbortController()
  readonly #admit = createGate(max_writes_at_once)
  readonly #looks: Looks

  constructor(services: Part, log: Logger) {
    this.#services = services
    this.#log = log
    this.#looks = createLooks(services.ports.clock, () => this.#look())
  }

  start(): void {
    const { database, live } = this.#services
    live.presence.whenGone(async (node_ids) => {
      await freeLanesOf(database, node_ids)
      this.#looks.call()
    })
    this.#looks.look()
  }

  /** As soon as this node has stored an event. If a call is lost, or made on another node, the next look finds the event. */
  async lookWhenCalled(): Promise<void> {
    const { signals } = this.#services.live
    const { signal } = this.#stopping
    using calls = signals.listen(eventsKey)
    while (!signal.aborted && !signals.isClosed) {
      if ((await calls.next({ signal })).size > 0) this.#looks.call()
    }
  }

  async #look(): Promise<boolean> {
    try {
      return await this.#claim()
    } catch (error) {
      const level = isUnavailable(error) ? 'debug' : 'warn'
      this.#log[level]({ err: error }, 'could not look for webhook deliveries; retrying')
      return false
    }
  }

  /** True: there may be more to do at once. */
  async #claim(): Promise<boolean> {
    const { database, ports, node } = this.#services
    await ports.reached?.('delivery.look')
    const { is_any_due, has_more } = await openLanes(database)
    if (!is_any_due) return has_more
    const capacity = measureCapacity(pools, this.#underWay())
    const lanes = Math.min(max_leased_at_once, capacity.free)
    if (lanes === 0) return has_more
    const { heads, leased } = await claimHeads(database, capacity, lanes, node.id)
    await ports.reached?.('delivery.claimed')
    for (const head of heads) {
      const over = this.#carry(head).finally(() => this.#tries.delete(head.lease))
      this.#tries.set(head.lease, { head, over })
    }
    return has_more || leased === lanes
  }

  async #carry(head: Head): Promise<void> {
    try {
      if ((await this.#tryOnce(head)) && !this.#stopping.signal.aborted) this.#looks.look()
    } catch (error) {
      if (this.#halt.signal.aborted) return this.#giveBack(head)
      // Its lease runs out, and any node repeats it.
      this.#log.error({ err: error, delivery_id: head.delivery_id }, 'could not make a webhook delivery')
    }
  }

  /** True: another delivery can be made now. */
  async #tryOnce(head: Head): Promise<boolean> {
    const { database, ports, metrics, traces } = this.#services
    const made = await asDelivery(traces, head, () => makeTry(this.#services, head, this.#halt.signal))
    await ports.reached?.('delivery.answered')
    // The caller of a test wants to know now.
    const tries_made = head.type === 'webhook.test' ? max_tries : head.tries_made
    const verdict = judgeTry(made, tries_made, ports.random())
    const event_id = ports.newId()
    metrics.count(deliveries, { outcome: verdict.type })
    const written = await this.#retryWhileUnavailable(() =>
      this.#admit(() => writeTry(database, head, made, verdict, event_id)),
    )
    const { endpoint_id: webhook_id, delivery_id } = head
    if (!written) this.#log.warn({ webhook_id, delivery_id }, 'another node made the same webhook delivery')
    if (written?.disabled) {
      this.#log.warn({ webhook_id, ...written.disabled }, 'switched off a webhook endpoint')
    }
    return written !== null && (written.goes_on || mayHoldOthersBack(pools, shareOf(head), this.#underWay()))
  }

  #underWay(): UnderWay[] {
    return [...this.#tries.values()].map(({ head }) => shareOf(head))
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
      this.#log.warn({ err: error }, 'could not give back a webhook delivery; it is repeated when its lease runs out')
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#looks.stop()
    const tries = [...this.#tries.values()].map(({ over }) => over)
    const stopTimer = this.#services.ports.clock.after(drain_ms, () => this.#halt.abort())
    await Promise.all(tries)
    stopTimer()
  }
}

/** A trace of its own: what it delivers may have been over for hours. */
function asDelivery(traces: Traces, { type, endpoint_id, organization_id }: Head, make: () => Promise<WebhookTry>) {
  const attributes = {
    ...{ 'parley.event.type': type, 'parley.webhook.id': endpoint_id },
    'parley.organization.id': organization_id,
  }
  return traced(traces, 'deliver', { kind: 'client', parent: 'none', attributes }, async (span) => {
    const made = await make()
    span.set({ 'http.response.status_code': made.status ?? undefined })
    if (made.error !== null) span.fail(made.status === null ? 'no_answer' : String(made.status))
    return made
  })
}

/** Its owner is the endpoint. */
function shareOf({ organization_id, endpoint_id, is_failing }: Head): UnderWay {
  return { organization: organization_id, owner: endpoint_id, is_failing }
}
