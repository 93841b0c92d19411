import type { ConversationChangeEvent } from '@parley/contract'
import { beforeEach, expect, test } from 'vitest'
import { type Marker, type Message, type RelayPorts, startRelay } from './relay.ts'

type FeedEvent = Extract<ConversationChangeEvent, { event: 'change' | 'progress' | 'presence' }>
type Told = FeedEvent | Marker | 'break'

/** A browser with its tabs, and the feed that the holder reads. */
let waiting: { signal: AbortSignal; begin: () => void }[]
let isHeld: boolean
let channels: Set<(message: Message<FeedEvent>) => void>
let opened: { after: number | undefined; tell: (told: Told) => void; signal: AbortSignal }[]
let networks: Set<() => void>
beforeEach(() => {
  waiting = []
  isHeld = false
  channels = new Set()
  opened = []
  networks = new Set()
})

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

function takeNext(): void {
  const next = waiting.shift()
  isHeld = next !== undefined
  if (next?.signal.aborted) takeNext()
  else next?.begin()
}

const ports: RelayPorts<FeedEvent> = {
  lock: (_name, signal, hold) =>
    new Promise((resolve) => {
      const begin = async () => {
        await Promise.race([hold(), new Promise((over) => signal.addEventListener('abort', over))])
        resolve()
        takeNext()
      }
      waiting.push({ signal, begin: () => void begin() })
      if (!isHeld) takeNext()
    }),
  openChannel(_name, onMessage) {
    channels.add(onMessage)
    return {
      post(message) {
        for (const other of channels) if (other !== onMessage) other(structuredClone(message))
      },
      close: () => channels.delete(onMessage),
    }
  },
  async *readFeed(after, signal) {
    const told: Told[] = []
    let wake = () => {}
    signal.addEventListener('abort', () => wake())
    opened.push({ after, signal, tell: (one) => (told.push(one), wake()) })
    for (;;) {
      for (const one of told.splice(0)) {
        if (one === 'break') throw new TypeError('broken')
        yield one
      }
      if (signal.aborted) throw new TypeError('aborted')
      await new Promise<void>((resolve) => (wake = resolve))
    }
  },
  pause: () => Promise.resolve(),
  onNetworkChange(listener) {
    networks.add(listener)
    return () => networks.delete(listener)
  },
}

function openTab() {
  const said: string[] = []
  const { stop, isHolder } = startRelay('feed', ports, {
    onEvent: (event) => said.push('id' in event ? `${event.event} ${event.id}` : event.event),
    onGap: () => said.push('gap'),
    onState: (isLive) => said.push(isLive ? 'live' : 'lost'),
  })
  return { stop, isHolder, said: () => said.splice(0) }
}

const change = (position: number): Told => ({
  ...{ event: 'change', id: position },
  data: { position, conversation_id: `c${position}`, conversation: null },
})
const positionAt = (position: number): Told => ({ event: 'position', id: position })
const presence: Told = { event: 'presence', data: { person: null, conversation: null } }
const tell = async (...told: Told[]) => {
  for (const one of told) opened.at(-1)!.tell(one)
  await settle()
}

test('one tab reads the feed, and all of them hear it', async () => {
  const [first, second] = [openTab(), openTab()]
  await tell(positionAt(4), change(5), presence)
  expect(opened.map(({ after }) => after)).toEqual([undefined])
  // What they show may be from before the position.
  expect(first.said()).toEqual(['live', 'gap', 'change 5', 'presence'])
  expect(second.said()).toEqual(['live', 'gap', 'change 5', 'presence'])
  const third = openTab()
  expect(third.said()).toEqual(['live'])
  expect([first, second, third].map((tab) => tab.isHolder())).toEqual([true, false, false])
  await tell(change(6))
  expect([first, second, third].map((tab) => tab.said())).toEqual([['change 6'], ['change 6'], ['change 6']])
})

test('when it closes, the next goes on where it was, and what has no position is read again', async () => {
  const [first, second, third] = [openTab(), openTab(), openTab()]
  await tell(positionAt(4), change(5))
  second.said()
  third.said()
  first.stop()
  await settle()
  expect(opened.map(({ after }) => after)).toEqual([undefined, 5])
  expect(opened[0]!.signal.aborted).toBe(true)
  await tell(positionAt(5), change(6))
  expect(second.said()).toEqual(['gap', 'change 6'])
  expect(third.said()).toEqual(['gap', 'change 6'])
  // One that only followed is not asked to hold it.
  third.stop()
  second.stop()
  await settle()
  expect(opened).toHaveLength(2)
})

test('a broken feed is told, read again from where it was, and what was missed is read again', async () => {
  const [first, second] = [openTab(), openTab()]
  await tell(positionAt(4), change(5), 'break')
  expect(first.said()).toEqual(['live', 'gap', 'change 5', 'lost'])
  expect(second.said()).toEqual(['live', 'gap', 'change 5', 'lost'])
  expect(opened.map(({ after }) => after)).toEqual([undefined, 5])
  await tell(positionAt(5))
  expect(first.said()).toEqual(['live', 'gap'])
  expect(second.said()).toEqual(['live', 'gap'])
  await tell({ event: 'reset', id: 9 }, change(10))
  expect(second.said()).toEqual(['gap', 'change 10'])
})

test('a change of the network opens the feed again at once', async () => {
  const tab = openTab()
  await tell(positionAt(4))
  expect(tab.said()).toEqual(['live', 'gap'])
  for (const changed of networks) changed()
  await settle()
  await settle()
  expect(opened.map(({ after }) => after)).toEqual([undefined, 4])
  await tell(positionAt(4))
  expect(tab.said()).toEqual(['lost', 'live', 'gap'])
})
