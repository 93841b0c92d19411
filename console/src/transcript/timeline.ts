// The transcript as it is shown: messages, tool calls with their results, what was asked of knowledge bases, failed replies, and replies
// in progress. Pure.
import type { ConversationEvent, Retrieval, TranscriptItem, Turn } from '@parley/contract'
import type { Live } from './live.ts'

export type Entry =
  | { kind: 'message'; key: string; item: TranscriptItem }
  | { kind: 'tool'; key: string; call: TranscriptItem; result: TranscriptItem | null; is_running: boolean }
  | { kind: 'retrieval'; key: string; retrieval: Retrieval }
  | { kind: 'fault'; key: string; turn: Turn }
  | { kind: 'said'; key: string; turn_id: string; text: string; is_waiting: boolean }

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
  return [...entries, ...saidNow(live)]
}

function entriesOf(
  item: TranscriptItem,
  calls: ReadonlySet<string>,
  results: ReadonlyMap<string, TranscriptItem>,
  live: Live,
): Entry[] {
  const key = item.id
  if (item.type === 'message') return [{ kind: 'message', key, item }]
  if (item.type === 'function_call') {
    const result = results.get(callKey(item)) ?? null
    const is_running = result === null && item.turn_id !== null && live.turns[item.turn_id] === 'running'
    return [{ kind: 'tool', key, call: item, result, is_running }]
  }
  // An imported transcript may have a result without its call. It is shown by itself.
  return calls.has(callKey(item)) ? [] : [{ kind: 'tool', key, call: item, result: item, is_running: false }]
}

/** The ids of calls are unique only within their turn. */
function callKey({ turn_id, call_id }: TranscriptItem): string {
  return `${turn_id} ${call_id}`
}

/** Messages that the stream reported before the transcript was read again. */
function notYetRead(items: readonly TranscriptItem[], events: readonly ConversationEvent[]): TranscriptItem[] {
  const known = new Set(items.map(({ id }) => id))
  return events.flatMap((event): TranscriptItem[] => {
    if (event.type !== 'message.created' || known.has(event.data.id)) return []
    return [{ ...event.data, type: 'message', position: -1, created_at: event.occurred_at }]
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

function saidNow({ turns, said }: Live): Entry[] {
  return Object.entries(turns).map(([turn_id, state]) => ({
    kind: 'said',
    key: `said-${turn_id}`,
    turn_id,
    text: said[turn_id] ?? '',
    is_waiting: state === 'queued',
  }))
}
