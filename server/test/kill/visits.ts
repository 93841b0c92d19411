// Visitors of a web widget: they enter, press start several times at once, talk, are signed by the site, end and give feedback, on any
// available node, and repeat lost calls. They record every answer.
import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as pass } from 'node:timers/promises'
import type { Output } from '@parley/contract'
import type pg from 'pg'
import { loadFrame } from '../web-widgets/browser.ts'
import { type Calls, createCalls } from './calls.ts'
import type { Random } from './random.ts'
import { countActive, readEnd } from './read-stored.ts'
import type { Sent, SentEnd, SentMessage, SentStart, SentVisit } from './records.ts'

export interface VisitedWidget {
  id: string
  /** Of an identity key. */
  secret: string
}

export interface VisitOptions {
  pool: pg.Pool
  sent: Sent
  /** The nodes that serve, as far as is known. */
  urls: () => string[]
  widgets: VisitedWidget[]
  isOver: () => boolean
}

type Started = Output<'startWebWidgetConversation'>

/** As who the browser calls now. */
interface Browser {
  widget: VisitedWidget
  visit: SentVisit
  random: Random
  token: string
  user_id: string
}

/** A widget that lets all of them in, from one address. */
export const widest_limits = {
  conversations_per_address_hour: 1000,
  conversations_per_visitor_day: 1000,
  messages_per_address_minute: 6000,
  messages_per_conversation_minute: 6000,
  messages_per_conversation: 10_000,
  conversations_per_day: 1_000_000,
  active_conversations: 100_000,
  tokens_per_day: null,
}

export class Visits {
  readonly #options: VisitOptions
  readonly #calls: Calls
  #texts = 0

  constructor(options: VisitOptions) {
    this.#options = options
    this.#calls = createCalls(options.urls)
  }

  /** One visitor after another, until the load is over; the first comes and talks in any case, however soon that is. */
  async runVisitor(random: Random): Promise<void> {
    do {
      await this.#visit(random)
      await pass(random.between(0, 80))
    } while (!this.#options.isOver())
  }

  async #visit(random: Random): Promise<void> {
    const widget = random.pick(this.#options.widgets)
    const entered = await this.#enter(widget, random)
    if (!entered) return
    const { user_id } = entered.visitor
    const visit: SentVisit = { widget_id: widget.id, guest_id: user_id, user_id: null, starts: [], links: [] }
    this.#options.sent.visits.push(visit)
    const browser = { widget, visit, random, token: entered.visitor_token, user_id }
    const rounds = random.between(1, 3)
    for (let round = 0; round === 0 || (round < rounds && !this.#options.isOver()); round += 1)
      await this.#talk(browser)
  }

  async #talk(browser: Browser): Promise<void> {
    const { random, visit, user_id } = browser
    const presses = await Promise.all(Array.from({ length: random.between(1, 3) }, () => this.#start(browser)))
    const started = presses.find((answer) => answer !== null)
    // Now, and not only when everything is over.
    const active = await countActive(this.#options.pool, visit.widget_id, user_id)
    if (active > 1) visit.starts.push({ user_id, conversation_id: null, answers: [], is_named: true, active })
    if (!started) return
    if (random.happens(0.7)) await this.#sendMessage(browser, started)
    if (visit.user_id === null && random.happens(0.5)) await this.#sign(browser)
    if (random.happens(0.8)) await this.#end(browser, started)
    if (random.happens(0.8)) {
      await Promise.all(Array.from({ length: random.between(1, 2) }, () => this.#giveFeedback(browser, started)))
    }
  }

  #enter(widget: VisitedWidget, random: Random, more: object = {}) {
    return this.#calls.untilAnswered<Output<'enterWebWidget'>>(
      [],
      random,
      async (client, signal, url) => {
        const { embed_token } = await loadFrame({ url }, widget.id)
        if (embed_token === '') throw new Error('the frame was not served')
        return client.enterWebWidget({ web_widget_id: widget.id, embed_token, ...more }, { signal })
      },
      { token: null },
    )
  }

  async #start({ widget, visit, random, token, user_id }: Browser): Promise<Started | null> {
    const id = random.happens(0.5) ? { id: randomUUID() } : null
    const key = random.happens(0.5) ? { idempotency_key: randomUUID() } : null
    const is_named = id !== null || key !== null
    const start: SentStart = { user_id, conversation_id: null, answers: [], is_named, active: 0 }
    visit.starts.push(start)
    const input = { web_widget_id: widget.id, ...id, ...key }
    const started = await this.#calls.untilAnswered<Started>(
      start.answers,
      random,
      (client, signal) => client.startWebWidgetConversation(input, { signal }),
      { token },
    )
    start.conversation_id = started?.conversation.id ?? null
    return started
  }

  async #sendMessage({ random }: Browser, { conversation, token }: Started): Promise<void> {
    const [conversation_id, client_id] = [conversation.id, randomUUID()]
    const text = `visitor message ${(this.#texts += 1)}.`
    const message: SentMessage = {
      ...{ conversation_id, text, key: client_id, answers: [], is_doubled: false },
      sent_at: performance.now(),
    }
    this.#options.sent.messages.push(message)
    // As the frame sends it.
    const input = { conversation_id, text, client_id, idempotency_key: client_id, interactivity: 'rich' as const }
    await this.#calls.untilAnswered(
      message.answers,
      random,
      (client, signal) => client.sendConversationMessage(input, { signal }),
      { token },
    )
  }

  /** From here on the browser is the user. */
  async #sign(browser: Browser): Promise<void> {
    const { widget, visit, random, token } = browser
    const user_id = `user of ${visit.guest_id}`.replace('guest_', '')
    const user_hash = createHmac('sha256', widget.secret).update(user_id).digest('hex')
    visit.user_id = user_id
    const entered = await this.#enter(widget, random, { visitor_token: token, identity: { user_id, user_hash } })
    if (!entered) return
    visit.links.push(entered.active?.conversation.id ?? null)
    Object.assign(browser, { token: entered.visitor_token, user_id })
  }

  async #end({ random }: Browser, { conversation, token }: Started): Promise<void> {
    const conversation_id = conversation.id
    const end: SentEnd = { conversation_id, answers: [], told: null, answered_at: Infinity, seen: null }
    this.#options.sent.ends.push(end)
    const ended = await this.#calls.untilAnswered<Output<'endConversation'>>(
      end.answers,
      random,
      (client, signal) => client.endConversation({ conversation_id, prefer: 'wait=0' }, { signal }),
      { token },
    )
    if (!ended) return
    end.told = { status: ended.status, duration: ended.duration }
    end.answered_at = performance.now()
    end.seen = await readEnd(this.#options.pool, conversation_id)
  }

  async #giveFeedback({ widget, random, token }: Browser, { conversation }: Started): Promise<void> {
    const feedback = { conversation_id: conversation.id, rating: random.between(1, 5), answers: [] }
    this.#options.sent.feedbacks.push(feedback)
    const input = { web_widget_id: widget.id, conversation_id: conversation.id, rating: feedback.rating }
    const key = random.happens(0.5) ? { idempotency_key: randomUUID() } : {}
    await this.#calls.untilAnswered(
      feedback.answers,
      random,
      (client, signal) => client.giveConversationFeedback({ ...input, ...key }, { signal }),
      { token },
    )
  }
}
