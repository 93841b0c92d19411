// For tests: a server with one visitor, a browser with several tabs that share storage, channel and locks, and time that a test moves.
// Requests fail as a schedule says: before the server has done something, or after.
import { Chat } from '../../src/course/chat.ts'
import type { ShownWidget } from '../../src/course/chat-state.ts'
import type { Ports } from '../../src/course/ports.ts'

export type Fault = 'none' | 'lost_before' | 'lost_after' | 'unavailable' | 'limited'

interface Stored {
  client_id: string
  text: string
}

export interface World {
  /** The conversations that were begun. */
  conversations: string[]
  messages: Stored[]
  /** What happens to the next requests, in order; then nothing does. */
  faults: Fault[]
  open(): Tab
  /** Lets time pass. */
  pass(ms: number): Promise<void>
}

export interface Tab {
  chat: Chat
  isDead: boolean
  /** As a browser kills it: nothing of it runs any more. */
  kill(): void
  texts(): string[]
}

const widget = {
  id: 'w',
  domains: [],
  config: {},
  agent: { id: 'a', name: 'Agent' },
  quick_actions: [],
  captcha: null,
  message_characters: 4000,
} as unknown as ShownWidget

const flush = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

export function makeWorld(): World {
  let now = 1_000_000
  let ids = 0
  let timers: { at: number; order: number; call: () => void; tab: { isDead: boolean } }[] = []
  const storage = new Map<string, string>()
  const tabs: { isDead: boolean; listen: ((message: unknown) => void)[] }[] = []
  const locks = new Map<string, { tab: { isDead: boolean }; wake: () => void }[]>()
  const events: { id: number; text: string }[] = []
  const streams = new Set<{ tab: { isDead: boolean }; push: (text: string) => void; close: () => void }>()
  const world: World = { conversations: [], messages: [], faults: [], open, pass }

  const addEvent = (event: string, data: object) => {
    const id = events.length * 2 + 1
    const line = `event: ${event}\nid: ${id}\ndata: ${JSON.stringify({ type: event, occurred_at: new Date(now).toISOString(), data })}\n\n`
    events.push({ id, text: line })
    for (const stream of streams) stream.push(line)
  }
  const json = (status: number, body: object, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), { status, headers })
  const start = () => ({
    conversation: { id: world.conversations[0] },
    token: 't',
    permissions: ['read', 'message', 'end'],
    expires_at: new Date(now + 3_600_000).toISOString(),
  })

  function answer(url: string, init: RequestInit, tab: { isDead: boolean }): Response {
    const body = JSON.parse((init.body as string | undefined) ?? '{}') as Record<string, string>
    if (url.endsWith('/visitors')) {
      const active = world.conversations.length > 0 ? { ...start(), resumed: true } : null
      return json(200, {
        visitor_token: 'v',
        visitor: { id: 'v', user_id: 'guest_v', verified: false, name: null },
        active,
      })
    }
    if (url.endsWith('/conversations')) {
      const isResumed = world.conversations.length > 0
      if (!isResumed) world.conversations.push(body['id']!)
      return json(200, { ...start(), resumed: isResumed })
    }
    if (url.endsWith('/token')) return json(200, start())
    if (url.endsWith('/messages')) {
      const { client_id, text } = body as unknown as Stored
      if (!world.messages.some((each) => each.client_id === client_id)) {
        world.messages.push({ client_id, text })
        addEvent('message.created', {
          id: client_id,
          role: 'user',
          content: [text],
          client_id,
          turn_id: null,
          position: events.length,
        })
      }
      return new Response('', { status: 200 })
    }
    if (url.endsWith('/events')) return openStream(init, tab)
    return new Response(null, { status: 204 })
  }

  function openStream(init: RequestInit, tab: { isDead: boolean }): Response {
    const after = Number((init.headers as Record<string, string>)['Last-Event-ID'] ?? 0)
    const encoder = new TextEncoder()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const stream = {
          tab,
          push: (text: string) => controller.enqueue(encoder.encode(text)),
          close() {
            if (!streams.delete(stream)) return
            controller.error(new TypeError('broken'))
          },
        }
        streams.add(stream)
        init.signal?.addEventListener('abort', () => stream.close())
        for (const { id, text } of events) if (id > after) stream.push(text)
      },
    })
    return new Response(body, { status: 200 })
  }

  const fetchFrom =
    (tab: { isDead: boolean }): Ports['fetch'] =>
    async (url, init) => {
      await Promise.resolve()
      if (tab.isDead) return new Promise<never>(() => {})
      const fault = world.faults.shift() ?? 'none'
      if (fault === 'lost_before') throw new TypeError('no network')
      if (fault === 'unavailable') return json(503, { code: 'unavailable' })
      if (fault === 'limited') return json(429, { code: 'rate_limited' }, { 'retry-after': '2' })
      const response = answer(url, init, tab)
      if (fault === 'lost_after') {
        for (const stream of [...streams]) if (stream.tab === tab) stream.close()
        throw new TypeError('no answer')
      }
      return response
    }

  const lockFrom =
    (tab: { isDead: boolean }): Ports['lock'] =>
    async (name, signal, run) => {
      const waiting = locks.get(name) ?? []
      locks.set(name, waiting)
      const mine = { tab, wake: () => {} }
      waiting.push(mine)
      if (waiting[0] !== mine) {
        await new Promise<void>((resolve) => {
          mine.wake = resolve
          signal.addEventListener('abort', () => resolve())
        })
      }
      if (!signal.aborted) await run()
      release(name, mine)
    }
  const release = (name: string, lock: { tab: object; wake: () => void }) => {
    const waiting = locks.get(name)!.filter((each) => each !== lock)
    locks.set(name, waiting)
    waiting[0]?.wake()
  }

  function open(): Tab {
    const tab = { isDead: false, listen: [] as ((message: unknown) => void)[] }
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
          if (tab.isDead) return
          for (const other of tabs) {
            if (other !== tab)
              setImmediate(() => other.isDead || other.listen.forEach((listen) => listen(JSON.parse(text))))
          }
        },
        listen: (listener) => void tab.listen.push(listener),
      },
      lock: lockFrom(tab),
      now: () => now,
      random: () => 0.5,
      after(ms, call) {
        const timer = { at: now + ms, order: (ids += 1), call, tab }
        timers.push(timer)
        return () => void (timers = timers.filter((each) => each !== timer))
      },
      newId: () => `id-${(ids += 1)}`,
      isHidden: () => false,
      onChange: () => {},
      readEmbedToken: async () => 'embed',
    }
    const keeper = {
      read: () => storage.get('token') ?? null,
      write: (token: string | null) =>
        void (tab.isDead || (token === null ? storage.delete('token') : storage.set('token', token))),
    }
    const chat = new Chat({ ports, widget, embed_token: 'embed', keeper, emit: () => {}, locale: () => 'en' })
    chat.setOpen(true)
    return {
      chat,
      get isDead() {
        return tab.isDead
      },
      kill() {
        tab.isDead = true
        for (const stream of [...streams]) if (stream.tab === tab) stream.close()
        for (const [name, waiting] of locks) for (const lock of waiting) if (lock.tab === tab) release(name, lock)
      },
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
