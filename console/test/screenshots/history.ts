// What has been talked about in the shop: a list to look at, and one conversation in full. Every time is told from one moment on, so that
// the pictures are the same whenever they are taken.
import type { Client, Input } from '@parley/sdk'
import type { Staff, StaffName } from './agents.ts'

type Row = Input<'importConversations'>['conversations'][number]
type Item = NonNullable<NonNullable<Row['conversation']>['items']>[number]

/** When the pictures are taken, as far as they say. */
export const shown_at = Date.parse('2026-06-17T10:24:00Z')

const momentBefore = (minutes: number) => new Date(shown_at - minutes * 60_000).toISOString()
const idOf = (index: number) => `0197c2a0-0000-7000-8000-${String(index).padStart(12, '0')}`

type Line = readonly [
  minutes: number,
  agent: StaffName,
  user: string,
  channel: Row['channel'],
  outcome: 'caller' | 'agent' | 'user' | 'error' | 'quiet' | 'active' | 'passed_on' | 'no_answer',
  turns: number,
  seconds: number,
  summary: string | null,
]

// oxfmt-ignore
const lines: readonly Line[] = [
  [1, 'Support desk', 'ingrid.solheim@example.com', 'text', 'active', 3, 0, null],
  [4, 'Wholesale', 'café-am-hafen', 'text', 'active', 5, 0, null],
  [9, 'Support desk', 'marta.oliveira@example.com', 'text', 'agent', 4, 214, 'Teapot TP-204 arrived cracked. A replacement leaves today, no return needed.'],
  [16, 'Support desk', '+47 912 34 567', 'telephone', 'user', 6, 305, 'Asked where order A-2291 is; it is with the carrier and expected on Friday.'],
  [23, 'Barista line', '+44 20 7946 0018', 'telephone', 'user', 8, 412, 'Bitter espresso. Advised a coarser grind and water at 92 °C; wants to try a lighter roast.'],
  [31, 'Support desk', 'jonas.w', 'text', 'quiet', 2, 1800, 'Asked about delivery to Switzerland, then did not answer any more.'],
  [38, 'Wholesale', 'orders@northbank-offices.example', 'email', 'caller', 3, 5400, 'An office of 40 wants 12 kg a month. An offer was sent, they decide by the end of June.'],
  [52, 'Support desk', 'aiko.tanaka@example.com', 'text', 'agent', 5, 251, 'Wanted to change the address of A-2288 before it ships. Done, and confirmed by e-mail.'],
  [67, 'Support desk', 'pavel', 'text', 'error', 1, 31, null],
  [74, 'Support desk', 'lucia.ferrari@example.com', 'text', 'agent', 3, 143, 'Asked for opening hours on the public holiday; the shop answers on Monday again.'],
  [88, 'Barista line', '+49 40 5550199', 'telephone', 'passed_on', 5, 366, 'The grinder makes a loud noise. Passed on to the workshop.'],
  [96, 'Support desk', 'sam.carter@example.com', 'text', 'agent', 7, 498, 'Return of two unopened bags of Assam. Label sent, refund of 23.80 € follows on arrival.'],
  [121, 'Wholesale', 'the-old-mill', 'text', 'caller', 9, 842, 'A café wants to switch to Harbour Lane for filter coffee. Samples of three roasts are on the way.'],
  [139, 'Support desk', 'n.haddad@example.com', 'email', 'caller', 2, 7200, 'Invoice for A-2240 was missing; sent again as a PDF.'],
  [158, 'Support desk', '+45 32 12 34 56', 'telephone', 'no_answer', 0, 31, null],
  [177, 'Support desk', 'emil.berg', 'text', 'user', 2, 77, 'Asked whether the matcha is organic. It is, with a certificate.'],
  [204, 'Barista line', '+46 8 123 456 78', 'telephone', 'user', 6, 389, 'First V60: grind, amount of water and pouring explained step by step.'],
  [236, 'Support desk', 'chloe.martin@example.com', 'text', 'agent', 4, 187, 'A voucher did not work: it had expired. A new one was given.'],
  [271, 'Support desk', 'ravi.k', 'text', 'agent', 6, 322, 'Ordered the wrong filter size. The order was changed before it was packed.'],
  [305, 'Wholesale', 'studio-linde', 'text', 'quiet', 3, 1800, 'Asked for prices of cold brew in bottles, then left.'],
  [342, 'Support desk', 'olga.nowak@example.com', 'text', 'agent', 5, 264, 'The parcel A-2215 was given to a neighbour; it has been found.'],
  [391, 'Support desk', 'tom.fischer@example.com', 'email', 'caller', 2, 9000, 'Wants a gift wrapped with a card. Noted on the order.'],
  [1452, 'Barista line', '+33 1 70 18 99 00', 'telephone', 'user', 4, 233, 'Which tea for a cold evening: Lapsang Souchong was recommended, and ordered.'],
  [1518, 'Support desk', 'ada', 'text', 'agent', 3, 168, 'Asked how long beans keep. Six weeks after opening, in a tin, not in the fridge.'],
  [1604, 'Support desk', 'yusuf.demir@example.com', 'text', 'agent', 5, 277, 'A subscription was paused for July and August.'],
  [1733, 'Wholesale', 'kollektiv-8', 'text', 'caller', 11, 1130, 'A bakery wants its own blend. A tasting was arranged for the 24th.'],
  [1840, 'Support desk', 'helen.byrne@example.com', 'text', 'agent', 2, 95, 'Asked for the care of a cast-iron pot.'],
]

const endings = {
  caller: { status: 'completed', end_reason: 'ended_by_caller' },
  agent: { status: 'completed', end_reason: 'ended_by_agent' },
  user: { status: 'completed', end_reason: 'ended_by_end_user' },
  quiet: { status: 'completed', end_reason: 'inactivity' },
  error: { status: 'failed', end_reason: 'error' },
  passed_on: { status: 'transferred', end_reason: 'ended_by_agent' },
  no_answer: { status: 'unanswered', end_reason: 'ended_by_caller' },
  active: { status: 'in_progress' },
} as const

function rowOf([minutes, name, user_id, channel, outcome, turns, seconds, summary]: Line, agent: Staff): Row {
  return {
    id: idOf(minutes),
    channel,
    direction: name === 'Wholesale' && channel === 'email' ? 'outbound' : 'inbound',
    user_id,
    agent_id: agent.agent_id,
    agent_version_id: agent.version_id,
    created_at: momentBefore(minutes),
    user_turn_count: turns,
    summary,
    ...endings[outcome],
    ...(outcome === 'active' ? {} : { duration: seconds }),
  }
}

/** Brings it all in; answers the conversation that is shown in full. */
export async function bringInHistory(client: Client, staff: Record<StaffName, Staff>): Promise<string> {
  const rows = lines.map((line) => rowOf(line, staff[line[1]]))
  const told = rows.map((row) => (row.user_id === told_of ? { ...row, ...cracked(row) } : row))
  const { errors } = await client.importConversations({ conversations: told })
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return told.find(({ user_id }) => user_id === told_of)!.id
}

const told_of = 'marta.oliveira@example.com'

function cracked({ created_at }: Row): Partial<Row> {
  const start = Date.parse(created_at)
  let turn = 0
  let seconds = 0
  const at = (later: number) => new Date(start + (seconds += later) * 1000).toISOString()
  const turn_id = () => idOf(900 + turn)
  const message = (role: 'user' | 'assistant', content: string, later: number, more: Partial<Item> = {}): Item => {
    if (role === 'user') turn += 1
    return { type: 'message', role, content: [content], created_at: at(later), turn_id: turn_id(), ...more }
  }
  const call = (name: string, given: object, output: unknown, latency_ms: number): Item[] => {
    const call_id = `call_${turn}_${name}`
    const common = { call_id, name, turn_id: turn_id() }
    return [
      { type: 'function_call', ...common, arguments: given, created_at: at(1) },
      { type: 'function_call_output', ...common, output, is_error: false, latency_ms, created_at: at(0) },
    ] as Item[]
  }
  const metrics = (llm_ms: number, tools_ms: number, input_tokens: number, output_tokens: number) => ({
    metrics: {
      model: 'openai/gpt-5-mini',
      ttft_ms: 412,
      llm_ms,
      tools_ms,
      total_ms: llm_ms + tools_ms + 38,
      input_tokens,
      output_tokens,
    },
  })
  const items = [
    { type: 'message', role: 'assistant', content: ['Hello Marta! What can I do for you?'], created_at } as Item,
    message('user', 'Hi! My teapot arrived this morning and the lid is cracked 😕 Order A-2279.', 14),
    ...call(
      'find_order',
      { number: 'A-2279' },
      { number: 'A-2279', state: 'delivered', item: 'TP-204 Teapot, celadon', total: '48.00 €' },
      184,
    ),
    message(
      'assistant',
      'I am sorry to hear that, Marta. I see the celadon teapot of order A-2279, which was delivered today.\n\nWould you like a replacement, or your money back?',
      2,
      metrics(1120, 184, 1486, 52),
    ),
    message('user', 'A replacement, please. Do I have to send the broken one back?', 41),
    ...call('open_replacement', { number: 'A-2279', item: 'TP-204' }, { replacement: 'R-1187', ships: 'today' }, 326),
    ...call('show_order_tracker_widget', {}, { widget: { type: 'order_tracker', data: tracker } }, 3),
    message(
      'assistant',
      'No need to, please keep it or throw it away. The replacement R-1187 leaves our warehouse today.',
      2,
      metrics(1544, 329, 1712, 61),
    ),
    message('user', 'That was quick, thank you!', 33),
    message('assistant', 'You are welcome. Enjoy your tea!', 1, metrics(640, 0, 1803, 11)),
  ]
  return {
    conversation: { items },
    custom_metadata: { name: 'Marta', plan: 'Tea club', orders: 7 },
    initial_context: 'Came from the page of order A-2279.',
    ended_by: { type: 'agent', id: null, name: 'Support desk', reason: null },
    analysis_status: 'done',
  }
}

const tracker = {
  order_number: 'R-1187',
  status: 'Replacement',
  steps: [
    { label: 'Packed', state: 'done', at: '17 June' },
    { label: 'With the carrier', state: 'current' },
    { label: 'Delivered', state: 'upcoming' },
  ],
  carrier: 'Nordpost',
  estimated_delivery: 'Friday',
}
