// Which conversations had new messages, for organizations whose feeds are read here. Turns cost nothing for it if nobody
// reads. It is not stored, and nothing depends on it: a lost entry shows when the list is read again.
import type { Bus } from '../live/bus.ts'
import type { Clock } from '../base/ports.ts'
import { topic } from '../live/topics.ts'

export interface Progress extends Disposable {
  /** Messages of the conversation were committed here. */
  note(organization_id: string, conversation_id: string): void
  /** The mark at which a new reader begins. */
  readonly mark: number
  /** The conversations with new messages since a mark, each once; as many as one look takes. */
  since(organization_id: string, mark: number): { conversation_ids: string[]; mark: number }
  /** No reader of the feed is left here. */
  forget(organization_id: string): void
}

export interface ProgressOptions {
  bus: Bus
  clock: Clock
  node_id: string
  isReadHere: (organization_id: string) => boolean
  isReadElsewhere: (organization_id: string) => boolean
  /** There is something new. */
  onProgress: (organization_id: string) => void
}

interface Gone {
  node_id: string
  organization_id: string
  conversation_ids: string[]
}

/** A node has committed messages of these conversations. */
export const gone_on = topic<Gone>('progress', {
  encode: ({ node_id, organization_id, conversation_ids }) => [node_id, organization_id, ...conversation_ids].join(' '),
  decode(text) {
    const [node_id, organization_id, ...conversation_ids] = text.split(' ')
    return { node_id: node_id!, organization_id: organization_id!, conversation_ids }
  },
})

/** New messages within this time are reported together: a reader looks a few times a second at most, whatever the load. */
const gather_ms = 250
/** Per organization; if there are more, the newest are reported. */
const most_remembered = 1000
/** Ids per message between nodes, at 36 bytes each. */
const ids_in_message = 200
const ids_at_once = 200

export function createProgress(options: ProgressOptions): Progress {
  const { bus, clock, node_id, isReadHere, isReadElsewhere, onProgress } = options
  /** The conversations of each organization, ordered by their last message. */
  const seen = new Map<string, Map<string, number>>()
  const untold = new Map<string, Set<string>>()
  let mark = 0
  let stopGathering: (() => void) | null = null

  function remember(organization_id: string, conversation_ids: Iterable<string>): void {
    const marks = seen.get(organization_id) ?? new Map<string, number>()
    seen.set(organization_id, marks)
    for (const id of conversation_ids) {
      marks.delete(id)
      marks.set(id, (mark += 1))
      if (marks.size > most_remembered) marks.delete(marks.keys().next().value!)
    }
    onProgress(organization_id)
  }

  function tell(): void {
    stopGathering = null
    for (const [organization_id, ids] of untold) {
      if (isReadHere(organization_id)) remember(organization_id, ids)
      if (isReadElsewhere(organization_id)) publish(organization_id, [...ids])
    }
    untold.clear()
  }

  function publish(organization_id: string, ids: string[]): void {
    for (let from = 0; from < ids.length; from += ids_in_message) {
      const conversation_ids = ids.slice(from, from + ids_in_message)
      void bus.publish(gone_on, { node_id, organization_id, conversation_ids })
    }
  }

  bus.subscribe(gone_on, ({ node_id: teller, organization_id, conversation_ids }) => {
    if (teller !== node_id && isReadHere(organization_id)) remember(organization_id, conversation_ids)
  })
  return {
    note(organization_id, conversation_id) {
      if (!isReadHere(organization_id) && !isReadElsewhere(organization_id)) return
      const ids = untold.get(organization_id) ?? new Set()
      if (ids.size < most_remembered) untold.set(organization_id, ids.add(conversation_id))
      stopGathering ??= clock.after(gather_ms, tell)
    },
    get mark() {
      return mark
    },
    since(organization_id, after) {
      const fresh = [...(seen.get(organization_id) ?? [])].filter(([, noted]) => noted > after).slice(0, ids_at_once)
      return { conversation_ids: fresh.map(([id]) => id), mark: fresh.at(-1)?.[1] ?? after }
    },
    forget: (organization_id) => void seen.delete(organization_id),
    [Symbol.dispose]: () => stopGathering?.(),
  }
}
