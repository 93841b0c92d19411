// Conversations as an export writes them, newest first, each with a time of its own: what was imported is exported to the byte.
import { Readable } from 'node:stream'

const newest = Date.parse('2026-01-01T00:00:00Z')
const rows_at_once = 1000

export function renderRows(count: number): Readable {
  return Readable.from(chunks(count), { objectMode: false })
}

function* chunks(count: number): Generator<Buffer> {
  for (let from = 0; from < count; from += rows_at_once) {
    const lines = Array.from({ length: Math.min(rows_at_once, count - from) }, (_none, index) => lineOf(from + index))
    yield Buffer.from(lines.join(''))
  }
}

function lineOf(index: number): string {
  const time = `${new Date(newest - index * 7).toISOString().slice(0, -1)}000Z`
  const idOf = (kind: string) => `0190c${kind}00-0000-7000-8000-${index.toString(16).padStart(12, '0')}`
  const items = [
    {
      id: idOf('1'),
      type: 'message',
      position: 0,
      created_at: time,
      turn_id: null,
      role: 'user',
      content: [`Hello, ${index}`],
      interrupted: false,
    },
    {
      id: idOf('2'),
      type: 'message',
      position: 1,
      created_at: time,
      turn_id: null,
      role: 'assistant',
      content: ['Good day. „ä“'],
      interrupted: false,
    },
  ]
  const nothing = { agent_number: null, to_address: null, from_address: null, subject: null, web_widget_id: null }
  return `${JSON.stringify({
    ...{ id: idOf('0'), channel: 'text', direction: 'inbound', status: 'completed', user_id: `user ${index % 1000}` },
    ...{ agent_id: null, agent_version_id: null, agent: null, ...nothing, trunk_id: null, user_turn_count: 1 },
    ...{ created_at: time, updated_at: time, ended_at: time, end_reason: 'imported' },
    ended_by: { id: null, name: 'import', type: 'system', reason: null },
    ...{ last_activity_at: time, analysis_status: 'none', summary: null, analysis: null, initial_context: null },
    ...{ custom_metadata: { n: index }, recording_details: null, conversation: { items } },
  })}\n`
}
