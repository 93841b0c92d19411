// For tests: a server with one visitor, a browser with several tabs that share storage, channel and locks, and time that a test moves.
// Requests fail as a schedule says: before the server has done something, or after.
import { type Chat, createChat } from '../../src/course/chat.ts'
import type { HandledBy } from '@parley/contract'
import type { Ports } from '../../src/course/ports.ts'
import { createLocks } from './fault-locks.ts'
import { widget } from './shown-widget.ts'

export type Fault = 'none' | 'lost_before' | 'lost_after' | 'unavailable' | 'limited'

interface Stored {
  client_id: string
  text: string
}

interface Kept {
  id: string
  owner: string
  isOver: boolean
  handled_by: HandledBy
  events: { id: number; text: string }[]
}

interface Stream {
  tab: { isDead: boolean }
  conversation: Kept
  push: (text: string) => void
  /** Breaks. */
  close: () => void
  /** Ends as it should. */
  finish: () => void
}

export interface World {
  /** The conversations that were begun. */
  readonly conversations: string[]
  /** Whose they are. */
  readonly owners: string[]
  /** How many calls came with a token that has expired. */
  expired: number
  /** How many starts were asked for. */
  starts: number
  /** How many times a conversation was read. */
  reads: number
  /** So many messages between tabs are lost. */
  deaf: number
  /** What the tabs share; a test may put something there. */
  readonly kept: Map<string, string>
  messages: Stored[]
  /** What happens to the next requests, in order; then nothing does. */
  faults: Fault[]
  /** What `Retry-After` says where a request is limited. */
  retry_after: number
  /** What every request meets, after those of `faults`. */
  weather: Fault
  readonly storage: ReadonlyMap<string, string>
  /** How many visitors the server has taken in. */
  readonly guests: number
  /** How many event streams are open. */
  readonly reading: number
  /** Requests whose answers wait for this. */
  held: Promise<void> | null
  open(isOpen?: boolean): Tab
  /** Ends the conversation that is active, as the server does after a silence. `asks`: for a rating. */
  end(asks?: boolean): void
  /** A person is asked for, takes the conversation, or gives it back. Nothing happens without a conversation. */
  handOver(to: HandledBy, name?: string): void
  /** A person writes. */
  reply(text: string, name?: string): void
  /** A person is writing, or is not. */
  type(typing: boolean, name?: string): void
  /** What a read of the conversation says of the queue. */
  queue: object | null
  /** What the next request for a person, or for the agent, is refused with. */
  refusal: { code: string; opens_at?: string | null } | null
  /** The states that the visitor’s presence was given, and the ratings, in order. */
  readonly presence: string[]
  readonly ratings: unknown[]
  /** What was said, and who answers from there on, in order. */
  readonly lines: string[]
  /** Passed on to nobody: no event says so. */
  passOn(): void
  /** Lets time pass. */
  pass(ms: number): Promise<void>
}

export interface Tab {
  chat: Chat
  isDead: boolean
  /** As a browser kills it: nothing of it runs any more. */
  kill(): void
  /** As the browser says it when another tab is shown. */
  hide(isHidden: boolean): void
  texts(): string[]
  /** Everything in the log, in order: texts, and who answers from there on. */
  lines(): string[]
  /** What the page was told. */
  told: [name: string, detail: Record<string, unknown> | undefined][]
}

const flush = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

export function makeWorld(): World {
  let now = 1_000_000
  let ids = 0
  let timers: { at: number; order: number; call: () => void; tab: { isDead: boolean } }[] = []
  const storage = new Map<string, string>()
  const tabs: { isDead: boolean; listen: ((message: unknown) => void)[] }[] = []
  const locks = createLocks()
  const kept: Kept[] = []
  let guests = 0
  const streams = new Set<Stream>()
  const world: World = {
    get conversations() {
      return kept.map(({ id }) => id)
    },
    get owners() {
      return kept.map(({ owner }) => owner)
    },
    expired: 0,
    starts: 0,
    reads: 0,
    queue: null,
    refusal: null,
    presence: [],
    ratings: [],
    lines: [],
    deaf: 0,
    kept: storage,
    messages: [],
    faults: [],
    weather: 'none',
    retry_after: 2,
    held: null,
    storage,
    get guests() {
      return guests
    },
    get reading() {
      return streams.size
    },
    open,
    pass,
    end(asks = false) {
      for (const conversation of active()) {
        conversation.isOver = true
        addEvent(conversation, 'conversation.ended', { end_reason: 'inactivity', ask_satisfaction: asks })
        for (const stream of [...streams]) if (stream.conversation === conversation) stream.finish()
      }
    },
    handOver(to, name = 'Ada') {
      for (const conversation of active()) handOver(conversation, to, name)
    },
    reply(text, name = 'Ada') {
      for (const conversation of active()) {
        const author = { type: 'user', id: null, name, external: false }
        const said = { id: `reply-${text}`, role: 'assistant', content: [text], author, turn_id: null }
        world.lines.push(text)
        addEvent(conversation, 'message.created', { ...said, position: conversation.events.length })
      }
    },
    type(typing, name = 'Ada') {
      const data = JSON.stringify({ by: { type: 'user', id: null, name }, typing })
      for (const stream of streams) stream.push(`event: typing\ndata: ${data}\n\n`)
    },
    passOn() {
      for (const conversation of active()) conversation.handled_by = 'queue'
    },
  }
  const active = () => kept.filter(({ isOver }) => !isOver)
  const handOver = (conversation: Kept, to: HandledBy, name: string) => {
    const type = { queue: 'handoff_requested', person: 'taken', agent: 'returned' }[to]
    conversation.handled_by = to
    world.lines.push(`→ ${to}`)
    addEvent(conversation, `conversation.${type}`, { assignee: to === 'person' ? { name } : null, cut_turn_id: null })
  }

  const json = (status: number, body: object, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), { status, headers })
  const bearerOf = (init: RequestInit) => (init.headers as Record<string, string>)['Authorization']!.split(' ')[1]!
  const activeOf = (owner: string) => kept.find((each) => each.owner === owner && !each.isOver)
  const startOf = ({ id, isOver }: Kept) => ({
    conversation: { id },
    token: `${now + 3_600_000}`,
    permissions: isOver ? ['read', 'rate'] : ['read', 'message', 'end', 'handoff', 'rate'],
    expires_at: new Date(now + 3_600_000).toISOString(),
  })
  const addEvent = (conversation: Kept, event: string, data: object) => {
    const { events } = conversation
    const id = events.length * 2 + 1
    const text = `event: ${event}\nid: ${id}\ndata: ${JSON.stringify({ type: event, occurred_at: new Date(now).toISOString(), data })}\n\n`
    events.push({ id, text })
    for (const stream of streams) if (stream.conversation === conversation) stream.push(text)
  }

  function enter({ visitor_token, identity }: { visitor_token?: string; identity?: { token: string } }): Response {
    const visitor = identity?.token ?? visitor_token ?? `guest_${(guests += 1)}`
    const active = activeOf(visitor)
    return json(200, {
      visitor_token: visitor,
      visitor: { id: visitor, user_id: visitor, verified: !visitor.startsWith('guest_'), name: null },
      active: active ? { ...startOf(active), resumed: true } : null,
    })
  }
  function start(owner: string, { id }: Record<string, string>): Response {
    world.starts += 1
    const active = activeOf(owner)
    if (active) return json(200, { ...startOf(active), resumed: true })
    if (kept.some((each) => each.id === id)) return json(409, { code: 'conversation_id_taken' })
    const begun: Kept = { id: id!, owner, isOver: false, handled_by: 'agent', events: [] }
    kept.push(begun)
    return json(200, { ...startOf(begun), resumed: false })
  }
  function store(conversation: Kept, { client_id, text }: Record<string, string>): Response {
    if (world.messages.some((each) => each.client_id === client_id)) return new Response('', { status: 200 })
    if (conversation.isOver) return json(409, { code: 'conversation_not_active' })
    world.messages.push({ client_id: client_id!, text: text! })
    world.lines.push(text!)
    const said = { id: client_id, role: 'user', content: [text], client_id, turn_id: null }
    addEvent(conversation, 'message.created', { ...said, position: conversation.events.length })
    return new Response('', { status: 200 })
  }
  function change(conversation: Kept, isAsked: boolean): Response {
    const { refusal } = world
    world.refusal = null
    if (refusal) return json(409, refusal)
    const to = isAsked ? 'queue' : 'agent'
    if (isAsked ? conversation.handled_by === 'agent' : conversation.handled_by === 'queue')
      handOver(conversation, to, '')
    return json(200, {})
  }
  function answer(url: string, init: RequestInit, tab: { isDead: boolean }): Response {
    const body = JSON.parse((init.body as string | undefined) ?? '{}') as Record<string, string>
    if (url.endsWith('/visitors')) return enter(body)
    if (url.endsWith('/conversations')) return start(bearerOf(init), body)
    const conversation = kept.find(({ id }) => new RegExp(`/${id}[/?]`).test(url))
    if (!conversation) return json(404, { code: 'not_found' })
    if (url.endsWith('/token'))
      return conversation.owner === bearerOf(init) ? json(200, startOf(conversation)) : json(404, { code: 'not_found' })
    if (url.startsWith('/core/conversations/') && Number(bearerOf(init)) <= now) {
      world.expired += 1
      return json(401, { code: 'unauthorized' })
    }
    if (url.endsWith('/messages')) {
      const key = (init.headers as Record<string, string>)['Idempotency-Key']
      return key === body['client_id'] ? store(conversation, body) : json(422, { code: 'validation_failed' })
    }
    if (url.endsWith('/events')) return openStream(conversation, init, tab)
    if (url.includes('?items_from=')) {
      world.reads += 1
      return json(200, { handled_by: conversation.handled_by, queue: world.queue })
    }
    if (url.endsWith('/presence')) world.presence.push(body['state']!)
    if (url.endsWith('/satisfaction')) world.ratings.push(body['rating'])
    if (url.endsWith('/handoff') || url.endsWith('/return')) return change(conversation, url.endsWith('/handoff'))
    return new Response(null, { status: 204 })
  }

  function openStream(conversation: Kept, init: RequestInit, tab: { isDead: boolean }): Response {
    const after = Number((init.headers as Record<string, string>)['Last-Event-ID'] ?? 0)
    const encoder = new TextEncoder()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const stream = {
          tab,
          conversation,
          push: (text: string) => controller.enqueue(encoder.encode(text)),
          close() {
            if (!streams.delete(stream)) return
            controller.error(new TypeError('broken'))
          },
          finish() {
            if (streams.delete(stream)) controller.close()
          },
        }
        streams.add(stream)
        init.signal?.addEventListener('abort', () => stream.close())
        for (const { id, text } of conversation.events) if (id > after) stream.push(text)
      },
    })
    return new Response(body, { status: 200 })
  }

  const fetchFrom =
    (tab: { isDead: boolean }): Ports['fetch'] =>
    async (url, init) => {
      await Promise.resolve()
      if (tab.isDead) return new Promise<never>(() => {})
      const fault = world.faults.shift() ?? world.weather
      if (fault === 'lost_before') throw new TypeError('no network')
      if (fault === 'unavailable') return json(503, { code: 'unavailable' })
      if (fault === 'limited') return json(429, { code: 'rate_limited' }, { 'retry-after': String(world.retry_after) })
      const response = answer(url, init, tab)
      if (world.held) await world.held
      if (fault === 'lost_after') {
        for (const stream of [...streams]) if (stream.tab === tab) stream.close()
        throw new TypeError('no answer')
      }
      return response
    }

  function open(isOpen = true): Tab {
    const tab = { isDead: false, listen: [] as ((message: unknown) => void)[] }
    const told: Tab['told'] = []
    let isHidden = false
    let onChange = () => {}
    tabs.push(tab)
    const ports: Ports = {
      fetch: fetchFrom(tab),
      storage: {
        isVolatile: () => false,
        get: (name) => storage.get(name) ?? null,
        set: (name, value) => tab.isDead || (storage.set(name, value), true),
        remove: (name) => void (tab.isDead || storage.delete(name)),
        names: (prefix) => [...storage.keys()].filter((name) => name.startsWith(prefix)),
      },
      channel: {
        post(message) {
          const text = JSON.stringify(message)
          if (tab.isDead || world.deaf-- > 0) return
          world.deaf = 0
          for (const other of tabs) {
            if (other !== tab)
              setImmediate(() => other.isDead || other.listen.forEach((listen) => listen(JSON.parse(text))))
          }
        },
        listen: (listener) => void tab.listen.push(listener),
      },
      lock: (name, signal, run) => locks.run(tab, name, signal, run),
      now: () => now,
      random: () => 0.5,
      after(ms, call) {
        const timer = { at: now + ms, order: (ids += 1), call, tab }
        timers.push(timer)
        return () => void (timers = timers.filter((each) => each !== timer))
      },
      newId: () => `id-${(ids += 1)}`,
      isHidden: () => isHidden,
      onChange: (listener) => void (onChange = listener),
      readEmbedToken: async () => 'embed',
    }
    const keeper = {
      read: () => storage.get('token') ?? null,
      write: (token: string | null) =>
        void (tab.isDead || (token === null ? storage.delete('token') : storage.set('token', token))),
    }
    const chat = createChat({
      ports,
      widget,
      embed_token: 'embed',
      keeper,
      emit: (name, detail) => void told.push([name, detail]),
      locale: () => 'en',
    })
    if (isOpen) chat.setOpen(true)
    return {
      chat,
      told,
      hide(value) {
        isHidden = value
        onChange()
      },
      get isDead() {
        return tab.isDead
      },
      kill() {
        tab.isDead = true
        for (const stream of [...streams]) if (stream.tab === tab) stream.close()
        locks.releaseAll(tab)
      },
      lines: () =>
        chat.state.view.items.flatMap((item) =>
          item.kind === 'message' ? [item.text] : item.kind === 'change' ? [`→ ${item.to}`] : [],
        ),
      texts: () =>
        chat.state.view.items.flatMap((item) => (item.kind === 'message' && item.role === 'user' ? [item.text] : [])),
    }
  }

  async function pass(ms: number): Promise<void> {
    const until = now + ms
    await flush()
    for (;;) {
      const next = timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at || a.order - b.order)[0]
      if (!next) break
      timers = timers.filter((each) => each !== next)
      now = Math.max(now, next.at)
      if (!next.tab.isDead) next.call()
      await flush()
    }
    now = until
  }

  return world
}
