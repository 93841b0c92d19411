// What a conversation shows: built from the events of its stream and from nothing else, so that every tab and device shows the same in
// the same order. Pure.
import type { HandledBy } from '@parley/contract'

export type Widget = { type: string; data: Record<string, unknown> }

export interface MessageItem {
  kind: 'message'
  id: string
  role: 'user' | 'assistant' | 'person'
  text: string
  at: string
  turn_id: string | null
  client_id: string | null
  in_reply_to: string | null
  /** What was answered to a form, by field. */
  values: Readonly<Record<string, unknown>> | null
  position: number | null
  is_interrupted: boolean
  /** Of a person: the name that is shown. */
  name: string | null
}

/** Who answers has changed: a person was asked for, has come, or has left again. */
export interface ChangeItem {
  kind: 'change'
  id: string
  to: HandledBy
  at: string
  /** The turn that was cut. */
  turn_id: string | null
  position: null
  /** Of the person who has come: the name that is shown. */
  name: string | null
}

export interface WidgetItem {
  kind: 'widget'
  id: string
  call_id: string
  widget: Widget
  at: string
  turn_id: string | null
  position: number | null
}

export type Item = MessageItem | WidgetItem | ChangeItem

/** What a reply refers to by number, as in `[2]`. */
export interface Cited {
  number: number
  source_name: string
  url?: string | null
}

export interface View {
  /** The number of the last event; the stream goes on after it. */
  last: number
  items: readonly Item[]
  /** The text of turns that are not stored yet. */
  said: Readonly<Record<string, string>>
  turns: Readonly<Record<string, 'queued' | 'running'>>
  /** Turns that gave no answer. A later try of the same turn removes it. */
  failed: readonly string[]
  /** By turn. */
  cited: Readonly<Record<string, readonly Cited[]>>
  ended: { at: string; reason: string; asks_rating: boolean } | null
  handled_by: HandledBy
  /** A person who is writing, as of the last that was heard. */
  typing: { name: string | null } | null
}

export const emptyView: View = {
  last: 0,
  items: [],
  said: {},
  turns: {},
  failed: [],
  cited: {},
  ended: null,
  handled_by: 'agent',
  typing: null,
}

/** An event of the stream; `id` is its number, absent for text that is still being written. */
export interface StreamEvent {
  event: string
  id?: number
  data: unknown
}

type Fields = Record<string, unknown>
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const textOf = (value: unknown) => (typeof value === 'string' ? value : null)
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null)

export function hear(view: View, { event, id, data }: StreamEvent): View {
  const fields = fieldsOf(data)
  if (id === undefined) return hearLive(view, event, fields)
  if (id <= view.last) return view
  return { ...record(view, event, fieldsOf(fields['data']), textOf(fields['occurred_at']) ?? '', id), last: id }
}

function hearLive(view: View, event: string, fields: Fields): View {
  if (event === 'typing') return hearTyping(view, fields)
  const turn_id = textOf(fields['turn_id'])
  const text = textOf(fields['text'])
  if (turn_id === null || text === null || view.ended) return view
  if (event === 'message.snapshot') return { ...view, said: { ...view.said, [turn_id]: text } }
  if (event !== 'message.delta') return view
  return { ...view, said: { ...view.said, [turn_id]: (view.said[turn_id] ?? '') + text } }
}

function hearTyping(view: View, { by, typing }: Fields): View {
  const { type, name } = fieldsOf(by)
  return type === 'user' ? { ...view, typing: typing ? { name: textOf(name) } : null } : view
}

function record(view: View, event: string, data: Fields, at: string, id: number): View {
  const turn_id = textOf(data['turn_id'])
  switch (event) {
    case 'message.created':
      return addMessage(view, data, at, id)
    case 'widget.shown':
      return addWidget(view, data, at, id)
    case 'turn.queued':
      return turn_id === null ? view : withTurn(view, turn_id, 'queued')
    case 'turn.started':
      return turn_id === null ? view : withTurn(view, turn_id, 'running')
    case 'turn.completed':
      return turn_id === null ? view : withoutTurn(withCited(view, turn_id, data['citations']), turn_id)
    case 'turn.cancelled':
      return turn_id === null ? view : withoutTurn(view, turn_id)
    case 'turn.failed':
      return turn_id === null
        ? view
        : { ...withoutTurn(view, turn_id), failed: [...without(view.failed, turn_id), turn_id] }
    case 'conversation.ended':
      return ended(view, at, textOf(data['end_reason']) ?? '', data['ask_satisfaction'] === true)
    case 'conversation.deleted':
      return ended({ ...view, items: [], failed: [] }, at, 'deleted')
    default:
      return Object.hasOwn(handlers, event) ? addChange(view, handlers[event]!, data, at, id) : view
  }
}

const ended = (view: View, at: string, reason: string, asks_rating = false): View => ({
  ...view,
  said: {},
  turns: {},
  typing: null,
  ended: { at, reason, asks_rating },
})

const handlers: Record<string, HandledBy> = {
  'conversation.handoff_requested': 'queue',
  'conversation.taken': 'person',
  'conversation.returned': 'agent',
}

function addChange(view: View, to: HandledBy, data: Fields, at: string, id: number): View {
  const item: ChangeItem = {
    kind: 'change',
    id: `change-${id}`,
    to,
    at,
    turn_id: textOf(data['cut_turn_id']),
    position: null,
    name: textOf(fieldsOf(data['assignee'])['name']),
  }
  return { ...view, handled_by: to, typing: null, items: [...view.items, item] }
}

/** A second `turn.started` means that the text so far is forgotten. */
function withTurn(view: View, turn_id: string, state: 'queued' | 'running'): View {
  const turns = { ...view.turns, [turn_id]: state }
  return { ...view, turns, said: withoutKey(view.said, turn_id), failed: without(view.failed, turn_id) }
}

function withoutTurn(view: View, turn_id: string): View {
  return { ...view, turns: withoutKey(view.turns, turn_id), said: withoutKey(view.said, turn_id) }
}

function withCited(view: View, turn_id: string, citations: unknown): View {
  if (!Array.isArray(citations)) return view
  const known = citations.filter((each) => typeof fieldsOf(each)['source_name'] === 'string') as Cited[]
  return { ...view, cited: { ...view.cited, [turn_id]: known } }
}

function addMessage(view: View, data: Fields, at: string, id: number): View {
  const author = fieldsOf(data['author'])
  const role = author['type'] === 'user' ? 'person' : data['role']
  const content = Array.isArray(data['content']) ? data['content'].filter((part) => typeof part === 'string') : []
  const text = content.join('')
  if ((role !== 'user' && role !== 'assistant' && role !== 'person') || text === '') return view
  const turn_id = textOf(data['turn_id'])
  const item: MessageItem = {
    kind: 'message',
    id: textOf(data['id']) ?? String(id),
    role,
    text,
    at,
    turn_id,
    client_id: textOf(data['client_id']),
    in_reply_to: textOf(data['in_reply_to']),
    values: data['values'] ? fieldsOf(data['values']) : null,
    position: numberOf(data['position']),
    is_interrupted: data['interrupted'] === true,
    name: textOf(author['name']),
  }
  const typing = role === 'person' ? null : view.typing
  const said = role === 'assistant' && turn_id !== null ? withoutKey(view.said, turn_id) : view.said
  return { ...view, said, typing, items: [...view.items, item] }
}

function addWidget(view: View, data: Fields, at: string, id: number): View {
  const call_id = textOf(data['call_id'])
  const type = textOf(data['type'])
  if (call_id === null || type === null) return view
  const item: WidgetItem = {
    kind: 'widget',
    id: `widget-${id}`,
    call_id,
    widget: { type, data: fieldsOf(data['data']) },
    at,
    turn_id: textOf(data['turn_id']),
    position: numberOf(data['position']),
  }
  return { ...view, items: [...view.items, item] }
}

function without(list: readonly string[], value: string): readonly string[] {
  return list.includes(value) ? list.filter((each) => each !== value) : list
}

function withoutKey<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.hasOwn(record, key)
    ? Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))
    : record
}

/** The reply in progress: null if nothing is being written; an empty text while the agent is still thinking. */
export function replyInProgress(view: View): { turn_id: string; text: string } | null {
  const running =
    Object.keys(view.turns).find((turn_id) => view.turns[turn_id] === 'running') ?? Object.keys(view.said)[0]
  const waiting = running ?? Object.keys(view.turns)[0]
  return waiting === undefined || view.ended ? null : { turn_id: waiting, text: view.said[waiting] ?? '' }
}

/** What answered the widget of this call, if anything has. */
export function answerTo(view: View, call_id: string): MessageItem | null {
  const found = view.items.find((item) => item.kind === 'message' && item.in_reply_to === call_id)
  return (found as MessageItem | undefined) ?? null
}

/** The highest position that is shown, for what counts as read. */
export function lastPosition(view: View): number | null {
  for (let index = view.items.length - 1; index >= 0; index -= 1) {
    const { position } = view.items[index]!
    if (position !== null) return position
  }
  return null
}

/** Messages of the agent or a person after this position. */
export function countUnread(view: View, read: number): number {
  return view.items.filter((item) => item.kind === 'message' && item.role !== 'user' && (item.position ?? -1) > read)
    .length
}
