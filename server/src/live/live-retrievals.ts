// The searches of running turns that are not stored yet, on this node and, as far as a message between nodes can hold them, on others.
import { LRUCache } from 'lru-cache'
import type { Bus } from './bus.ts'
import type { Follows } from './follows.ts'
import type { Retrieved } from './live-turn.ts'
import { topic } from './topics.ts'

export interface LiveRetrievals {
  /** A search by the attempt on this node. */
  retrieve(conversation_id: string, retrieved: Retrieved): void
  /** The searches of the turn that are known here, in order. */
  retrieved(conversation_id: string, turn_id: string): readonly Retrieved[]
  /** To a node that follows the conversation from now on. */
  tellAgain(conversation_id: string): void
  /** Those of the turn are stored. */
  drop(conversation_id: string, turn_id: string): void
}

/** Their turns run, or ran elsewhere. */
const most_conversations = 2000
/** Of a turn; further ones are told once they are stored. */
const most_retrieved = 100
/** As it is sent: a message of the bus has a limit of 7,900 bytes. */
const most_relayed_bytes = 7000

interface Message {
  conversation_id: string
  retrieved: Retrieved
}

const retrieved = topic<Message>('retrieved', {
  encode: JSON.stringify,
  decode: (text) => JSON.parse(text) as Message,
})

export interface LiveRetrievalOptions {
  bus: Bus
  follows: Pick<Follows, 'isFollowedHere' | 'isFollowedElsewhere'>
  /** There is one more. */
  wake(conversation_id: string): void
}

export function createLiveRetrievals({ bus, follows, wake }: LiveRetrievalOptions): LiveRetrievals {
  /** By conversation; the least recent goes. */
  const found = new LRUCache<string, Retrieved[]>({ max: most_conversations })

  function note(conversation_id: string, one: Retrieved): void {
    const ofTurn = (found.get(conversation_id) ?? []).filter(({ turn_id }) => turn_id === one.turn_id)
    if (ofTurn.length >= most_retrieved || ofTurn.some(({ id }) => id === one.id)) return
    found.set(conversation_id, [...ofTurn, one])
    wake(conversation_id)
  }

  bus.subscribe(retrieved, (message) => {
    if (follows.isFollowedHere(message.conversation_id)) note(message.conversation_id, message.retrieved)
  })

  /** A longer one arrives there once it is stored. */
  function relay(message: Message): void {
    if (Buffer.byteLength(JSON.stringify(JSON.stringify(message))) <= most_relayed_bytes)
      void bus.publish(retrieved, message)
  }

  return {
    retrieve(conversation_id, one) {
      note(conversation_id, one)
      if (follows.isFollowedElsewhere(conversation_id)) relay({ conversation_id, retrieved: one })
    },
    tellAgain(conversation_id) {
      for (const one of found.get(conversation_id) ?? []) relay({ conversation_id, retrieved: one })
    },
    retrieved: (conversation_id, turn_id) =>
      (found.get(conversation_id) ?? []).filter((one) => one.turn_id === turn_id),
    drop(conversation_id, turn_id) {
      if (found.get(conversation_id)?.[0]?.turn_id === turn_id) found.delete(conversation_id)
    },
  }
}
