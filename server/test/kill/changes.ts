// Clients that administer: they create agents with a key, and rename one agent all at once, on any available node. They record every answer.
import { randomUUID } from 'node:crypto'
import { setTimeout as pass } from 'node:timers/promises'
import { createCalls } from './calls.ts'
import type { Random } from './random.ts'
import type { Answer, SentChange, SentChanges } from './records.ts'

export interface ChangeOptions {
  sent: SentChanges
  /** The one that all rename. */
  agent_id: string
  /** The nodes that serve, as far as is known. */
  urls: () => string[]
  isOver: () => boolean
}

export class Changes {
  readonly #options: ChangeOptions
  readonly #calls: ReturnType<typeof createCalls>
  #names = 0

  constructor(options: ChangeOptions) {
    this.#options = options
    this.#calls = createCalls(options.urls)
  }

  /** One client, until the load is over. */
  async runClient(random: Random): Promise<void> {
    while (!this.#options.isOver()) {
      await (random.happens(0.3) ? this.#create(random) : this.#rename(random))
      await pass(random.between(50, 400))
    }
  }

  /** Each try with the same key, so all of them are one change. */
  async #create(random: Random): Promise<void> {
    const { name, answers } = this.#note(this.#options.sent.made)
    const input = { name, idempotency_key: randomUUID() }
    await this.#calls.untilAnswered(answers, random, (client, signal) => client.createAgent(input, { signal }))
  }

  async #rename(random: Random): Promise<void> {
    const { name, answers } = this.#note(this.#options.sent.renames)
    const input = { agent_id: this.#options.agent_id, name }
    await this.#calls.once(answers, random, (client, signal) => client.updateAgent(input, { signal }))
  }

  #note(list: SentChange[]): SentChange {
    const change = { name: `name ${(this.#names += 1)}`, answers: [] as Answer[] }
    list.push(change)
    return change
  }
}
