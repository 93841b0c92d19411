// What `parley conversations` list, show, end and tail print.
import type { Client, Conversation, ConversationChangeEvent, TranscriptItem } from '@parley/sdk'
import { describeCitations } from '../client/citations.ts'
import { print, printJson, renderTable, tell } from '../client/output.ts'
import { showControls } from '../client/terminal.ts'
import type { Surroundings } from '../surroundings.ts'
import { type FilterFlags, filtersOf } from './filters.ts'

const heading = ['ID', 'CREATED', 'STATUS', 'CHANNEL', 'MESSAGES', 'USER', 'AGENT']

export async function listConversations(
  client: Client,
  flags: FilterFlags,
  limit: number,
  around: Surroundings,
): Promise<void> {
  const found: Conversation[] = []
  const page = { ...filtersOf(flags), limit: Math.max(1, Math.min(limit, 100)) }
  for await (const one of client.iterate('listConversations', page)) {
    if (found.length >= limit) break
    found.push(one)
    if (around.json) await printJson(around, one)
    if (found.length >= limit) break
  }
  if (around.json) return
  if (found.length === 0) return tell(around, 'No conversation matches.')
  await print(around, renderTable(heading, found.map(cellsOf)))
}

function cellsOf({ id, created_at, status, channel, user_turn_count, user_id, agent }: Conversation): string[] {
  return [id, shortTime(created_at), status, channel, String(user_turn_count), user_id, agent?.name ?? agent?.id ?? '']
}

const shortTime = (time: string) => time.slice(0, 19).replace('T', ' ')

export async function showConversation(client: Client, conversation_id: string, around: Surroundings): Promise<void> {
  const first = await client.getConversation({ conversation_id })
  const items = first.conversation?.items ?? []
  for (let next = first.conversation?.next_position; next !== undefined;) {
    const more = await client.getConversation({ conversation_id, items_from: next })
    items.push(...(more.conversation?.items ?? []))
    next = more.conversation?.next_position
  }
  if (around.json) return printJson(around, { ...first, conversation: { items } })
  const { status, channel, end_reason, user_id, agent, created_at, ended_at, summary } = first
  const fields = {
    id: first.id,
    status: end_reason === null ? status : `${status} (${end_reason})`,
    channel,
    user: user_id,
    agent: agent === null ? '' : (agent.name ?? agent.id),
    created: created_at,
    ended: ended_at ?? '',
    summary: summary ?? '',
  }
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]))
  await print(around, showControls(`${[...lines, '', ...items.map(describeItem)].join('\n')}\n`))
  if (first.conversation === undefined)
    tell(around, 'The transcript is left out: the key needs the scope conversations:read_sensitive.')
}

export function describeItem(item: TranscriptItem): string {
  const time = item.created_at.slice(11, 19)
  if (item.type === 'function_call') return `${time}  → ${item.name}(${JSON.stringify(item.arguments ?? {})})`
  if (item.type === 'function_call_output')
    return `${time}  ← ${item.name}: ${item.is_error ? 'failed: ' : ''}${JSON.stringify(item.output)}`
  const text = `${(item.content ?? []).join('\n')}${item.interrupted ? ' (interrupted)' : ''}`
  const sources = describeCitations(item.citations).map((line) => `\n            ${line}`)
  return `${time}  ${speakerOf(item)}: ${text}${sources.join('')}`
}

/** What people and the system write has the role `assistant` too. */
function speakerOf({ role, author }: TranscriptItem): string {
  if (author?.type === 'system') return 'system'
  if (author?.type !== 'user') return role ?? ''
  const name = author.name ?? author.id
  return name === null ? 'a person' : `${name} (a person)`
}

export async function endConversation(
  client: Client,
  conversation_id: string,
  { reason, finish }: { reason?: string; finish?: true },
  around: Surroundings,
): Promise<void> {
  const ended = await client.endConversation({
    conversation_id,
    prefer: 'wait=0',
    ...(reason === undefined ? {} : { reason }),
    ...(finish ? { mode: 'finish' as const } : {}),
  })
  if (around.json) return printJson(around, ended)
  await print(around, `${conversation_id}: ${ended.status}\n`)
}

export async function tailConversations(
  client: Client,
  { after, agent }: { after?: number; agent?: string },
  around: Surroundings,
): Promise<void> {
  const input = { ...(after === undefined ? {} : { after }), ...(agent === undefined ? {} : { agent_id: agent }) }
  for await (const event of client.streamConversationChanges(input)) {
    if (around.json) await printJson(around, event)
    else await print(around, describeChange(event))
  }
}

function describeChange(event: ConversationChangeEvent): string {
  if (event.event === 'position' || event.event === 'presence') return ''
  if (event.event === 'reset') return 'Changes were missed that the server no longer keeps; list the conversations.\n'
  const { conversation_id, conversation } = event.data
  const position = event.event === 'change' ? String(event.data.position) : '-'
  const what = conversation === null ? ['deleted'] : cellsOf(conversation).slice(2)
  return showControls(`${[position, conversation_id, ...what].join('  ')}\n`)
}
