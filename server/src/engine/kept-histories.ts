// The transcripts of conversations whose turns this process carries out, as far as it has read or written them: the next turn need not
// read them again. Items are only added, and never change while a conversation takes messages (T4), so a transcript is known whole if the
// next position is the one that is known. That position is read under the conversation's lock.
import { LRUCache } from 'lru-cache'
import type { BegunTurn } from '../conversations/conversations.ts'
import type { ItemRecord } from '../conversations/machine/rows.ts'
import type { HistoryItem, HistoryReach } from '../conversations/read/transcript.ts'

/** Characters of all texts, and an amount for each item. */
const most_characters = 16 * 1024 * 1024
const characters_of_item = 500

interface Kept {
  /** The turn that was carried out last. */
  turn_id: string
  /** The newest items. */
  items: HistoryItem[]
  next_position: number
}

export class KeptHistories {
  readonly #kept = new LRUCache<string, Kept>({ maxSize: most_characters, sizeCalculation: sizeOf })

  /** What a turn is to be shown, exactly as a reader finds it; null: it has to be read. */
  find({ conversation: { id }, turn, said }: BegunTurn, reach: HistoryReach): HistoryItem[] | null {
    const [first] = said ?? []
    if (!first) return null
    const before = first.position === 0 ? [] : this.#before(id, first.position)
    const own = said!.map(asHistory)
    if (!before || !own.every((item) => isPlain(item) && item.turn_id === turn.id)) return null
    const all = [...before, ...own]
    const oldest = Math.max(0, first.position + own.length - reach.items)
    const items = all.filter(({ position }) => position >= oldest)
    if (items.length === 0 || items[0]!.position > oldest || charactersOf(items) > reach.characters) return null
    return items.map((item) => ({ ...item, is_cut: oldest > 0 }))
  }

  #before(conversation_id: string, position: number): HistoryItem[] | null {
    const kept = this.#kept.get(conversation_id)
    return kept?.next_position === position ? kept.items : null
  }

  /** A turn that begins is shown this. Those of another try belong to the first one, and what is redacted was said otherwise. */
  noteShown({ conversation, turn }: Pick<BegunTurn, 'conversation' | 'turn'>, items: HistoryItem[]): void {
    const last = items.at(-1)
    const isKept = last && items.every(isPlain) && turn.messages_of === null && conversation.redaction === null
    if (!isKept) return void this.#kept.delete(conversation.id)
    this.#kept.set(conversation.id, { turn_id: turn.id, items, next_position: last.position + 1 })
  }

  /** A turn is over, and has added these; null: more than is known here. */
  noteEnd(conversation_id: string, turn_id: string, items: ItemRecord[] | null): void {
    const kept = this.#kept.get(conversation_id)
    if (kept?.turn_id !== turn_id) return
    const added = (items ?? []).map(asHistory)
    const follows = added[0]?.position === kept.next_position && added.every(isPlain)
    if (!follows) return void this.#kept.delete(conversation_id)
    const next_position = kept.next_position + added.length
    this.#kept.set(conversation_id, { turn_id, items: [...kept.items, ...added], next_position })
  }
}

/** Calls of tools are not kept: their JSON is stored in another spelling. */
const isPlain = ({ type }: HistoryItem) => type === 'message'

function asHistory(item: ItemRecord): HistoryItem {
  const { id, position, type, turn_id, role, author, content, interrupted } = item
  const { call_id, name, arguments: given, output, is_error } = item
  return {
    ...{
      id,
      position,
      type,
      turn_id,
      role,
      author,
      content,
      interrupted,
      call_id,
      name,
      arguments: given,
      output,
      is_error,
    },
    messages_of: turn_id,
    is_cut: false,
    has_searched: false,
  }
}

const charactersOf = (items: HistoryItem[]) =>
  items.reduce((sum, { content }) => sum + (content ?? []).reduce((own, text) => own + text.length, 0), 0)

const sizeOf = ({ items }: Kept) => 1 + charactersOf(items) + items.length * characters_of_item
