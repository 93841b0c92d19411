// One conversation: its end user writes, people take it while the agent speaks or calls tools, answer, and give it back, some of it at
// once and on both nodes. What happens is drawn from a seed.
import { setTimeout as pass } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import type { Client } from '@parley/sdk'
import type { Random } from '../kill/random.ts'
import { clientOf, untilAnswered } from './calls.ts'
import type { TakeNode } from './nodes.ts'
import { heldPoints } from './plan.ts'
import type { Answer, Heard, Sent, SentAct } from './records.ts'

export interface Stage {
  nodes: readonly [TakeNode, TakeNode]
  sent: Sent
  /** With and without tools; some hand off by themselves. */
  agent_ids: readonly string[]
  /** A number that no other text, person or storm of the run has. */
  next(): number
}

export class Schedule {
  readonly #stage: Stage
  readonly #random: Random
  readonly #pending: Promise<unknown>[] = []
  readonly #people: string[]
  #id = ''

  constructor(stage: Stage, random: Random) {
    this.#stage = stage
    this.#random = random
    this.#people = Array.from({ length: 3 }, () => `person-${stage.next()}`)
  }

  async run(): Promise<void> {
    const random = this.#random
    const created = await untilAnswered([], this.#urls(), (client, signal) =>
      client.createConversation(
        { channel: 'text', user_id: `u${this.#stage.next()}`, agent_id: random.pick(this.#stage.agent_ids) },
        { signal },
      ),
    )
    if (!created) throw new Error('no conversation was created')
    this.#id = created.conversation.id
    const gone = new AbortController()
    const readers = this.#stage.nodes.map(({ url }) => this.#read(clientOf(url), gone.signal))
    for (let rounds = random.between(1, 2); rounds > 0; rounds -= 1) await this.#round()
    await Promise.all(this.#pending)
    if (random.happens(0.5)) {
      const conversation_id = this.#id
      await untilAnswered([], this.#urls(), (client, signal) =>
        client.endConversation({ conversation_id, prefer: 'wait=0', idempotency_key: randomUUID() }, { signal }),
      )
    }
    // Words that should not come would come by now.
    await pass(random.between(0, 200))
    gone.abort()
    await Promise.all(readers)
  }

  async #round(): Promise<void> {
    const random = this.#random
    const [node] = random.shuffle(this.#stage.nodes)
    if (random.happens(0.8)) node!.hold(random.pick(heldPoints), random.between(20, 500))
    const isMuted = random.happens(0.2)
    for (const each of isMuted ? this.#stage.nodes : []) each.mute(true)
    this.#say([node!.url])
    await pass(random.pick([0, 10, 40, 90, 150, 300]))
    if (random.happens(0.25)) this.#say()
    await this.#storm()
    if (random.happens(0.7)) this.#say()
    const holder = await this.#holder()
    for (let replies = random.between(0, 2); replies > 0; replies -= 1) {
      await this.#reply(holder ?? random.pick(this.#people), random.happens(0.2))
    }
    if (random.happens(0.2)) await this.#reply(random.pick(this.#people), false)
    for (const each of isMuted ? this.#stage.nodes : []) each.mute(false)
    if (random.happens(0.75)) {
      await this.#return(holder ?? random.pick(this.#people))
      if (random.happens(0.7)) this.#say()
    }
  }

  #urls(): string[] {
    return this.#random.shuffle(this.#stage.nodes.map(({ url }) => url))
  }

  /** Not waited for. */
  #say(urls = this.#urls()): void {
    const conversation_id = this.#id
    const text = `message ${this.#stage.next()}.`
    const message = { conversation_id, text, answers: [] as Answer[] }
    this.#stage.sent.messages.push(message)
    const input = { conversation_id, text, idempotency_key: randomUUID() }
    const others = this.#stage.nodes.map(({ url }) => url).filter((url) => !urls.includes(url))
    const call = untilAnswered(message.answers, [...urls, ...others], (client, signal) =>
      client.sendConversationMessage(input, { signal }),
    )
    this.#pending.push(call)
  }

  /** Several people at once, by a take or by a reply that takes; sometimes a person is asked for at the same time. */
  async #storm(): Promise<void> {
    const random = this.#random
    const storm = this.#stage.next()
    const people = random.shuffle(this.#people).slice(0, random.between(1, 3))
    const calls = people.map((person) =>
      random.happens(0.8) ? this.#take(person, storm) : this.#reply(person, random.happens(0.2), true),
    )
    if (random.happens(0.3)) {
      const conversation_id = this.#id
      calls.push(
        untilAnswered([], this.#urls(), (client, signal) =>
          client.handOffConversation({ conversation_id, idempotency_key: randomUUID() }, { signal }),
        ),
      )
    }
    await Promise.all(calls)
  }

  #act(act: SentAct['act'], person: string, text: string | null, storm: number | null): SentAct {
    const made: SentAct = { act, conversation_id: this.#id, person, text, storm, answers: [] }
    this.#stage.sent.acts.push(made)
    return made
  }

  #take(person: string, storm: number): Promise<unknown> {
    const { answers, conversation_id } = this.#act('take', person, null, storm)
    const input = { conversation_id, external: { id: person, name: person }, idempotency_key: randomUUID() }
    return untilAnswered(answers, this.#urls(), (client, signal) => client.takeConversation(input, { signal }))
  }

  /** `isDoubled`: sent to both nodes at once, with the same key. */
  async #reply(person: string, isDoubled: boolean, take = false): Promise<void> {
    const text = `reply ${this.#stage.next()}.`
    const { answers, conversation_id } = this.#act('reply', person, text, null)
    const external = { id: person, name: person }
    const input = { conversation_id, text, take, external, idempotency_key: randomUUID() }
    const send = () =>
      untilAnswered(answers, this.#urls(), (client, signal) => client.replyToConversation(input, { signal }))
    await Promise.all(isDoubled ? [send(), send()] : [send()])
  }

  async #return(person: string): Promise<void> {
    const { answers, conversation_id } = this.#act('return', person, null, null)
    const answer = this.#random.happens(0.3)
    const input = { conversation_id, external: { id: person, name: person }, answer, idempotency_key: randomUUID() }
    await untilAnswered(answers, this.#urls(), (client, signal) => client.returnConversation(input, { signal }))
  }

  async #holder(): Promise<string | null> {
    const conversation_id = this.#id
    const read = await untilAnswered([], this.#urls(), (client, signal) =>
      client.getConversation({ conversation_id }, { signal }),
    )
    return read?.handled_by === 'person' ? (read.assignee?.id ?? null) : null
  }

  async #read(client: Client, signal: AbortSignal): Promise<void> {
    const heard: Heard = { conversation_id: this.#id, events: [] }
    this.#stage.sent.heard.push(heard)
    while (!signal.aborted) {
      const after = heard.events.findLast(({ id }) => id !== null)?.id ?? undefined
      const input = { conversation_id: this.#id, ...(after == null ? {} : { after }) }
      try {
        for await (const event of client.streamConversationEvents(input, { signal })) {
          const id = 'id' in event ? event.id : null
          const data = (id === null ? event.data : (event.data as { data: unknown }).data) as Record<string, unknown>
          const { turn_id = null, text = null } = data as { turn_id?: string | null; text?: string | null }
          heard.events.push({ type: event.event, id, turn_id, text: id === null ? text : null })
        }
        return
      } catch {
        await pass(100)
      }
    }
  }
}
