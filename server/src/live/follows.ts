// Tracks which node follows which conversations: every node announces what it follows, so that the others report what happens
// there. A lost message costs time but never an event, because readers also look at the log by themselves.
import type { Bus } from './bus.ts'
import type { Ports } from '../base/ports.ts'
import { topic } from './topics.ts'

export interface Follows extends Disposable {
  /** Follows until the result is disposed of. */
  follow(conversation_id: string): Disposable
  isFollowedHere(conversation_id: string): boolean
  followedHere(): string[]
  isFollowedElsewhere(conversation_id: string): boolean
  /** Announces again that this node follows the conversation; the node that runs its turn then sends the text from the start. */
  ask(conversation_id: string): void
}

export interface FollowOptions {
  bus: Bus
  ports: Pick<Ports, 'clock'>
  node_id: string
  /** Another node follows the conversation, for the first time or again. */
  onFollowed: (conversation_id: string) => void
  /** This node no longer follows the conversation. */
  onUnfollowed: (conversation_id: string) => void
}

/** A node follows these conversations. */
export const followed = topic<{ node_id: string; ids: string[] }>('follow', {
  encode: ({ node_id, ids }) => [node_id, ...ids].join(' '),
  decode(text) {
    const [node_id, ...ids] = text.split(' ')
    return { node_id: node_id!, ids }
  },
})

/** How long new follows are collected to announce them together. */
const gather_ms = 10
const renew_ms = 30_000
/** Permits the loss of two renewals. */
const forget_ms = 75_000
/** Ids in one message, 36 bytes each. */
const ids_in_message = 200
/** Remembered conversations that other nodes follow; beyond that, they get no reports and look by themselves. */
const most_remembered = 200_000

export function createFollows({ bus, ports, node_id, onFollowed, onUnfollowed }: FollowOptions): Follows {
  const here = new Map<string, number>()
  const elsewhere = new Map<string, number>()
  const untold = new Set<string>()
  let stopGathering: (() => void) | null = null
  let stopRenewing = ports.clock.after(renew_ms, renew)

  function tell(conversation_id: string): void {
    untold.add(conversation_id)
    stopGathering ??= ports.clock.after(gather_ms, () => {
      stopGathering = null
      publish([...untold])
      untold.clear()
    })
  }

  function publish(ids: string[]): void {
    for (let from = 0; from < ids.length; from += ids_in_message) {
      void bus.publish(followed, { node_id, ids: ids.slice(from, from + ids_in_message) })
    }
  }

  function renew(): void {
    stopRenewing = ports.clock.after(renew_ms, renew)
    publish([...here.keys()])
    const now = ports.clock.monotonic()
    for (const [id, expires_at] of elsewhere) if (expires_at <= now) elsewhere.delete(id)
  }

  bus.subscribe(followed, ({ node_id: teller, ids }) => {
    if (teller === node_id) return
    for (const id of ids) {
      if (elsewhere.size >= most_remembered && !elsewhere.has(id)) continue
      elsewhere.set(id, ports.clock.monotonic() + forget_ms)
      onFollowed(id)
    }
  })
  return {
    follow(conversation_id) {
      const count = here.get(conversation_id) ?? 0
      here.set(conversation_id, count + 1)
      if (count === 0) tell(conversation_id)
      let isOver = false
      return {
        [Symbol.dispose]() {
          if (isOver) return
          isOver = true
          const left = here.get(conversation_id)! - 1
          if (left > 0) return void here.set(conversation_id, left)
          here.delete(conversation_id)
          onUnfollowed(conversation_id)
        },
      }
    },
    followedHere: () => [...here.keys()],
    isFollowedHere: (conversation_id) => here.has(conversation_id),
    isFollowedElsewhere: (conversation_id) => (elsewhere.get(conversation_id) ?? 0) > ports.clock.monotonic(),
    ask: tell,
    [Symbol.dispose]() {
      stopGathering?.()
      stopRenewing()
    },
  }
}
