// The transcript as it is shown: messages, tool calls with their results, failed replies, and replies in progress. Pure.
import type { ConversationEvent, TranscriptItem, Turn } from '@parley/contract'
import type { Live } from './live.ts'

export type Entry =
  | { kind: 'message'; key: string; item: TranscriptItem }
  | { kind: 'tool'; key: string; call: TranscriptItem; result: TranscriptItem | null; is_running: boolean }
  | { kind: 'fault'; key: string; turn: Turn }
  | { kind: 'said'; key: string; turn_id: string; text: string; is_waiting: boolean }

export function buildTimeline(items: readonly TranscriptItem[], turns: readonly Turn[], live: Live): Entry[] {
  const all = [...items, ...notYetRead(items, live.events)]
  const results = new Map(
    all.flatMap((item) => (item.type === 'function_call_output' ? [[callKey(item), item] as const] : [])),
  )
  const calls = new Set(all.flatMap((item) => (item.type === 'function_call' ? [callKey(item)] : [])))
  const faults = faultsByLastItem(all, turns)
  const entries = all.flatMap((item): Entry[] => [
    ...entriesOf(item, calls, results, live),
    ...(faults.get(item.id) ?? []).map((turn): Entry => ({ kind: 'fault', key: `fault-${turn.turn_id}`, turn })),
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

/** A turn without a reply is shown after the last item that belongs to it. */
function faultsByLastItem(items: readonly TranscriptItem[], turns: readonly Turn[]): Map<string, Turn[]> {
  const faults = new Map<string, Turn[]>()
  for (const turn of turns) {
    if (turn.status !== 'failed' && turn.status !== 'cancelled') continue
    const last = items.findLast(({ id, turn_id }) => turn_id === turn.turn_id || turn.user_message_ids.includes(id))
    if (last) faults.set(last.id, [...(faults.get(last.id) ?? []), turn])
  }
  return faults
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
