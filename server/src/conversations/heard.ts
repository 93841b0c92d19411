// What end users said, for the turns that answer it, in conversations whose stored text is redacted: only in this process, and
// only until the turn is over. Nothing depends on it: without it, the model is shown what is stored.
import { LRUCache } from 'lru-cache'

export interface Heard {
  note(turn_id: string, message_id: string, texts: string[]): void
  /** By message. */
  of(turn_id: string): ReadonlyMap<string, string[]>
  /** The turn is over. */
  forget(turn_id: string): void
}

const most_turns = 1000
const most_characters = 4_000_000
const nothing: ReadonlyMap<string, string[]> = new Map()

export function createHeard(): Heard {
  const turns = new LRUCache<string, Map<string, string[]>>({
    max: most_turns,
    maxSize: most_characters,
    sizeCalculation: (messages) => 1 + [...messages.values()].flat().reduce((sum, { length }) => sum + length, 0),
  })
  return {
    note(turn_id, message_id, texts) {
      turns.set(turn_id, new Map([...(turns.get(turn_id) ?? []), [message_id, texts]]))
    },
    of: (turn_id) => turns.get(turn_id) ?? nothing,
    forget: (turn_id) => void turns.delete(turn_id),
  }
}
