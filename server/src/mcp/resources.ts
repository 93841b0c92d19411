// Agents and conversations as resources. Each is read by the operations that HTTP has for it, with the caller's rights.
import type { OperationId } from '@parley/contract'
import { AppError, invalid, notFound } from '../base/errors.ts'
import { toolOperations } from '../calls/rules/mcp-tools.ts'
import type { Caller } from './caller.ts'
import { isWithin } from './rules/reach.ts'
import { writeTranscript } from './rules/transcript.ts'
import { type Calling, callTool } from './tool-call.ts'

type Json = Record<string, unknown>

const json = 'application/json'
const markdown = 'text/markdown'
const template = (uriTemplate: string, name: string, description: string, mimeType = json) => ({
  ...{ uriTemplate, name, description, mimeType },
})

export const resource_templates = [
  template('parley://agents/{id}', 'agent', 'An agent.'),
  template(
    'parley://agents/{id}/versions/{version}',
    'agent version',
    'A version of an agent, with its configuration.',
  ),
  template('parley://conversations/{id}', 'conversation', 'A conversation, with what the caller may see of it.'),
  template('parley://conversations/{id}/transcript', 'transcript', 'What was said in a conversation.', markdown),
]

const page_size = 100
const most_conversations = 1000

/** Where a page begins: among agents by their cursor, or among conversations after so many. */
interface Position {
  agents?: string
  conversations?: string
  told?: number
}

/** Agents first, then the newest conversations. What the caller may not list is left out. */
export async function listResources(calling: Calling, caller: Caller, cursor: unknown): Promise<Json> {
  const at = readCursor(cursor)
  if (at.told === undefined) {
    const page = await read(calling, caller, 'listAgents', { limit: page_size, cursor: at.agents })
    const { data, pagination } = (page ?? { data: [], pagination: null }) as {
      data: { id: string; name: string }[]
      pagination: { next_cursor: string | null } | null
    }
    const resources = data.map(({ id, name }) => ({ uri: `parley://agents/${id}`, name, mimeType: json }))
    const next = pagination?.next_cursor ? { agents: pagination.next_cursor } : { told: 0 }
    if (resources.length > 0 || 'agents' in next) return { resources, nextCursor: writeCursor(next) }
  }
  const told = at.told ?? 0
  const page = await read(calling, caller, 'listConversations', { limit: page_size, cursor: at.conversations })
  const rows = (page ?? []) as { id: string; created_at: string; channel?: string }[]
  const resources = rows.map(({ id, created_at }) => ({
    uri: `parley://conversations/${id}`,
    name: `Conversation of ${created_at.slice(0, 16).replace('T', ' ')}`,
    mimeType: json,
  }))
  const count = told + rows.length
  const isLast = rows.length < page_size || count >= most_conversations
  if (isLast) return { resources }
  const conversations = Buffer.from(rows.at(-1)!.created_at).toString('base64')
  return { resources, nextCursor: writeCursor({ told: count, conversations }) }
}

/** Null: the caller may not. */
async function read(calling: Calling, caller: Caller, id: OperationId, given: Json): Promise<unknown> {
  try {
    return await call(calling, caller, id, given)
  } catch (error) {
    if (error instanceof AppError && ['forbidden', 'not_found', 'organization_missing'].includes(error.error))
      return null
    throw error
  }
}

/** Throws what the operation refuses. */
async function call(calling: Calling, caller: Caller, id: OperationId, given: Json): Promise<unknown> {
  const [name, operation] = [...toolOperations].find(([, one]) => one.id === id)!
  if (!isWithin(caller.reach, name)) throw notFound('Resource')
  const answer = await callTool(calling, caller, { name, operation, arguments: given, organization_id: undefined })
  const value: unknown = JSON.parse(answer.text)
  if (!answer.is_error) return value
  const { code, detail } = value as { code: string; detail: string }
  if (code === 'not_found') throw notFound('Resource')
  throw new AppError(code === 'unauthorized' ? 'unauthorized' : known(code), detail)
}

const passed = ['forbidden', 'rate_limited', 'overloaded', 'unavailable'] as const
const known = (code: string) => passed.find((one) => one === code) ?? ('malformed_request' as const)

const forms = [
  { form: /^parley:\/\/agents\/([^/?#]+)$/, id: 'getAgent', names: ['agent_id'] },
  {
    form: /^parley:\/\/agents\/([^/?#]+)\/versions\/([^/?#]+)$/,
    id: 'getAgentVersion',
    names: ['agent_id', 'version'],
  },
  { form: /^parley:\/\/conversations\/([^/?#]+)(\/transcript)?$/, id: 'getConversation', names: ['conversation_id'] },
] as const

export async function readResource(calling: Calling, caller: Caller, uri: unknown): Promise<Json> {
  const asked = typeof uri === 'string' && uri.length <= 500 ? uri : ''
  for (const { form, id, names } of forms) {
    const found = form.exec(asked)
    if (!found) continue
    const given = Object.fromEntries(names.map((name, index) => [name, found[index + 1]!]))
    const value = await call(calling, caller, id, given)
    const isTranscript = id === 'getConversation' && found[2] !== undefined
    const text = isTranscript ? writeTranscript(value as Json) : JSON.stringify(value)
    if (text === null) throw new AppError('forbidden')
    const untrusted = id === 'getConversation' ? { _meta: { 'parley/untrusted': true } } : {}
    return { contents: [{ uri: asked, mimeType: isTranscript ? markdown : json, text, ...untrusted }], ...untrusted }
  }
  throw notFound('Resource')
}

function readCursor(cursor: unknown): Position {
  if (cursor === undefined || cursor === null) return {}
  try {
    const value = JSON.parse(Buffer.from(String(cursor), 'base64url').toString()) as Position
    const { agents, conversations, told } = value
    const areTexts = [agents, conversations].every((one) => one === undefined || typeof one === 'string')
    const isCount = told === undefined || (Number.isInteger(told) && told >= 0 && told < most_conversations)
    if (areTexts && isCount) return value
  } catch {
    // As any other that is not ours.
  }
  throw invalid({ path: 'cursor', message: 'is not a cursor of this list' })
}

const writeCursor = (position: Position) => Buffer.from(JSON.stringify(position)).toString('base64url')
