// The transcript as it is shown: messages, tool calls with their results, what was asked of knowledge bases, failed replies, and replies
// in progress. Pure.
import type { ConversationEvent, Retrieval, TranscriptItem, Turn, Widget } from '@parley/contract'
import type { ReactNode } from 'react'
import type { Live } from './live.ts'
import { widgetOf } from './widget-of.ts'

export type Entry =
  | { kind: 'message'; key: string; item: TranscriptItem }
  | { kind: 'tool'; key: string; call: TranscriptItem; result: TranscriptItem | null; is_running: boolean }
  | { kind: 'widget'; key: string; widget: Widget; call_id: string | null; created_at: string }
  | { kind: 'retrieval'; key: string; retrieval: Retrieval }
  | { kind: 'fault'; key: string; turn: Turn }
  | { kind: 'said'; key: string; turn_id: string; text: string; is_waiting: boolean }
  | Aside

/** What is no part of the conversation, shown where it belongs in time, such as a note. */
export interface Aside {
  kind: 'aside'
  key: string
  at: string
  node: ReactNode
}

export function buildTimeline(items: readonly TranscriptItem[], turns: readonly Turn[], live: Live): Entry[] {
  const all = [...items, ...notYetRead(items, live.events)]
  const results = new Map(
    all.flatMap((item) => (item.type === 'function_call_output' ? [[callKey(item), item] as const] : [])),
  )
  const calls = new Set(all.flatMap((item) => (item.type === 'function_call' ? [callKey(item)] : [])))
  const after = turnsByLastItem(all, turns)
  const entries = all.flatMap((item): Entry[] => [
    ...entriesOf(item, calls, results, live),
    ...(after.get(item.id) ?? []).flatMap(entriesOfTurn),
  ])
  return [...entries, ...saidNow(live, turnsAheadOf(live.events, items))]
}

/** `asides` in the order of their times. Replies in progress stay last. */
export function withAsides(timeline: readonly Entry[], asides: readonly Aside[]): Entry[] {
  const begun = timeline.findIndex(({ kind }) => kind === 'said')
  const end = begun === -1 ? timeline.length : begun
  let next = 0
  const entries: Entry[] = []
  for (const entry of timeline.slice(0, end)) {
    const time = timeOf(entry)
    const earlier = time === null ? 0 : asides.slice(next).findIndex(({ at }) => at >= time)
    const until = earlier === -1 ? asides.length : next + earlier
    entries.push(...asides.slice(next, until), entry)
    next = until
  }
  return [...entries, ...asides.slice(next), ...timeline.slice(end)]
}

/** Null: it belongs to the entry before. */
export function timeOf(entry: Entry | undefined): string | null {
  switch (entry?.kind) {
    case 'message':
      return entry.item.created_at
    case 'widget':
      return entry.created_at
    case 'tool':
      return entry.call.created_at
    case 'aside':
      return entry.at
    default:
      return null
  }
}

function entriesOf(
  item: TranscriptItem,
  calls: ReadonlySet<string>,
  results: ReadonlyMap<string, TranscriptItem>,
  live: Live,
): Entry[] {
  const key = item.id
  if (item.type === 'message') return [{ kind: 'message', key, item }]
  if (item.type === 'widget') return widgetShownBy(item, item.widget ?? null)
  if (item.type === 'function_call') {
    const result = results.get(callKey(item)) ?? null
    const is_running = result === null && item.turn_id !== null && live.turns[item.turn_id] === 'running'
    return [{ kind: 'tool', key, call: item, result, is_running }, ...(result ? widgetShownBy(result) : [])]
  }
  // An imported transcript may have a result without its call. It is shown by itself.
  if (calls.has(callKey(item))) return []
  return [{ kind: 'tool', key, call: item, result: item, is_running: false }, ...widgetShownBy(item)]
}

/** With a key of its own, so that what is filled in stays when the transcript is read after the stream has shown it. */
function widgetShownBy(item: TranscriptItem, widget = widgetOf(item)): Entry[] {
  if (widget === null) return []
  const { call_id = null, created_at } = item
  return [{ kind: 'widget', key: `widget ${callKey(item)}`, widget, call_id, created_at }]
}

/** The ids of calls are unique only within their turn. */
function callKey({ turn_id, call_id }: Pick<TranscriptItem, 'turn_id' | 'call_id'>): string {
  return `${turn_id} ${call_id}`
}

/** Messages and widgets that the stream reported before the transcript was read again. */
function notYetRead(items: readonly TranscriptItem[], events: readonly ConversationEvent[]): TranscriptItem[] {
  const known = new Set(items.map(({ id }) => id))
  const shown = new Set(
    items.flatMap((item) => (item.type === 'function_call_output' || item.type === 'widget' ? [callKey(item)] : [])),
  )
  return events.flatMap((event): TranscriptItem[] => {
    if (event.type === 'widget.shown') {
      const { turn_id, call_id, position, type, data } = event.data
      const item = { id: event.id, type: 'widget' as const, turn_id, call_id, position, created_at: event.occurred_at }
      return shown.has(callKey(item)) ? [] : [{ ...item, widget: { type, data } as Widget }]
    }
    if (event.type !== 'message.created' || known.has(event.data.id)) return []
    return [{ position: -1, ...event.data, type: 'message', created_at: event.occurred_at }]
  })
}

/** What is said of a turn as a whole: what it asked of knowledge bases, and why it has no reply. */
function entriesOfTurn(turn: Turn): Entry[] {
  const { turn_id, status, retrievals = [] } = turn
  const hasFailed = status === 'failed' || status === 'cancelled'
  return [
    ...retrievals.map((retrieval): Entry => ({ kind: 'retrieval', key: retrieval.id, retrieval })),
    ...(hasFailed ? [{ kind: 'fault', key: `fault-${turn_id}`, turn } as const] : []),
  ]
}

/** A turn is told of after the last item that belongs to it. */
function turnsByLastItem(items: readonly TranscriptItem[], turns: readonly Turn[]): Map<string, Turn[]> {
  const last = new Map<string, string>()
  const turnOfMessage = new Map(
    turns.flatMap(({ turn_id, user_message_ids }) => user_message_ids.map((id) => [id, turn_id])),
  )
  for (const { id, turn_id } of items) {
    for (const turn of [turn_id, turnOfMessage.get(id)]) if (turn != null) last.set(turn, id)
  }
  const told = new Map<string, Turn[]>()
  for (const turn of turns) {
    const id = last.get(turn.turn_id)
    if (id !== undefined) told.set(id, [...(told.get(id) ?? []), turn])
  }
  return told
}

/** Turns of which an item is read before the stream tells that it is stored: what they say now is in it. */
function turnsAheadOf(events: readonly ConversationEvent[], items: readonly TranscriptItem[]): Set<string | null> {
  const told = new Set(events.flatMap((event) => (event.type === 'message.created' ? [event.data.id] : [])))
  const isAhead = ({ id, type, role }: TranscriptItem) => type === 'message' && role === 'assistant' && !told.has(id)
  return new Set(items.filter(isAhead).map(({ turn_id }) => turn_id))
}

function saidNow({ turns, said }: Live, ahead: ReadonlySet<string | null>): Entry[] {
  return Object.entries(turns).map(([turn_id, state]) => ({
    kind: 'said',
    key: `said-${turn_id}`,
    turn_id,
    text: ahead.has(turn_id) ? '' : (said[turn_id] ?? ''),
    is_waiting: state === 'queued',
  }))
}
