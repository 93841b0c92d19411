// The scene of a race: a conversation whose first turn runs on node a and has said something, and the answers of the model
// and the tools.
import { ApiError } from '@parley/sdk'
import { sql } from '../support/sql.ts'
import { type HeldAnswer, holdAnswer } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'
import { answerJson } from '../support/tool-peer.ts'
import { type Races, until } from './harness.ts'

/** The answer of a call, without ids. */
export type Answer = Record<string, unknown>

/** What the running attempt has said when the race begins. */
export const said = 'Said so far.'

/** How the model continues: it has finished, it calls a tool, or it has called one that has not answered yet. */
export type Course = 'reply' | 'step' | 'tool result'

export interface Scene {
  readonly races: Races
  readonly conversation_id: string
  /** The running turn. */
  readonly turn_id: string
  /** The message whose turn failed before, if the scene has one. */
  readonly failed_key: string
  /** The running turn's message. */
  readonly hello: Promise<Answer>
  /** The first attempt takes its course. False if nothing waits for it any more. */
  goOn(): boolean
  /** From now on the model and the tools answer everything to the end. */
  settle(): void
  /** Calls of the model and the tool that were not aborted and are still in progress. */
  openCalls(): { model: number; tool: number }
  /** How often the model was called for this message. */
  timesAsked(text: string): number
}

export interface SceneOptions {
  course: Course
  /** A message failed before. */
  has_failed_message: boolean
  /** The lease of the running turn has run out, and no node has noticed yet. */
  is_lease_lost: boolean
}

const plain: SceneOptions = { course: 'reply', has_failed_message: false, is_lease_lost: false }

const agents = new WeakMap<Races, ReturnType<typeof publishAgent>>()

/** One agent for all scenes of a database. */
function agentOf(races: Races) {
  const known = agents.get(races)
  if (known) return known
  const actions = [{ type: 'http', url: `${races.peer.url}/look` }]
  const tools = [{ name: 'look', description: 'Looks', idempotent: true, actions }]
  const agent = publishAgent(races.server.client, { tools })
  agents.set(races, agent)
  return agent
}

export async function newConversation(races: Races): Promise<string> {
  const { agent_id } = await agentOf(races)
  const { conversation } = await races.server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  return conversation.id
}

export async function setScene(races: Races, options: Partial<SceneOptions> = {}): Promise<Scene> {
  const { server, nodes } = races
  const { course, has_failed_message, is_lease_lost } = { ...plain, ...options }
  const conversation_id = await newConversation(races)
  const failed_key = `failed ${conversation_id}`
  if (has_failed_message) await sendOneThatFails(races, conversation_id, failed_key)
  const script = createScript(races, course)
  const hello = sendMessage(server.client, conversation_id, 'Hello')
  const { engine: runner } = nodes.a.app.rooms.engine
  const hasBegun = () =>
    course === 'tool result' ? script.openCalls().tool === 1 : runner.textSoFar(conversation_id) === said
  await until(hasBegun, 'the first turn has begun')
  const { rows } = await sql<{ id: string }>`
    update turns set lease_expires_at = lease_expires_at - ${is_lease_lost ? 3600 : 0} * interval '1 second'
    where conversation_id = ${conversation_id} and status = 'running' returning id`.execute(server.database)
  const goOn = () => {
    const isHeard = runner.textSoFar(conversation_id) !== null
    if (isHeard) script.goOn()
    return isHeard
  }
  return { races, conversation_id, turn_id: rows[0]!.id, failed_key, hello, ...script, goOn }
}

async function sendOneThatFails({ server }: Races, conversation_id: string, idempotency_key: string) {
  server.model.answer = () => 400
  await sendMessage(server.client, conversation_id, 'Old', { idempotency_key })
}

interface ScriptedCall {
  isOpen: boolean
  finish(): void
}

/** The first request is answered with `said` and continues as `course` says; the others say nothing until the end. */
function createScript({ server: { model }, peer }: Races, course: Course) {
  const asked: string[] = []
  const calls: Record<'model' | 'tool', ScriptedCall[]> = { model: [], tool: [] }
  let isSettling = false
  const add = (of: ScriptedCall[], finish: () => void): ScriptedCall => {
    const call = {
      isOpen: true,
      finish() {
        if (call.isOpen) finish()
        call.isOpen = false
      },
    }
    of.push(call)
    if (isSettling) call.finish()
    return call
  }
  model.answer = ({ messages }, hungUp) => {
    const message = messages.findLast(({ role }) => role === 'user')!.content
    const isFirst = asked.length === 0
    asked.push(message)
    const held = holdAnswer()
    if (isFirst) held.say(said)
    const call = add(calls.model, () => finish(held, isFirst ? '' : `Re: ${message}`))
    hungUp.addEventListener('abort', () => (call.isOpen = false))
    if (!isFirst || course === 'reply') return held
    if (course === 'tool result') call.finish()
    return { text: held, tool_calls: [{ name: 'look', arguments: {} }] }
  }
  peer.answer = (_request, response) => {
    const call = add(calls.tool, () => answerJson(response, { found: true }))
    response.on('close', () => (call.isOpen = false))
  }
  const openOf = (of: ScriptedCall[]) => of.filter(({ isOpen }) => isOpen).length
  return {
    goOn: () => (course === 'tool result' ? calls.tool : calls.model)[0]!.finish(),
    settle() {
      isSettling = true
      for (const call of [...calls.model, ...calls.tool]) call.finish()
    },
    openCalls: () => ({ model: openOf(calls.model), tool: openOf(calls.tool) }),
    timesAsked: (text: string) => asked.filter((message) => message === text).length,
  }
}

function finish(held: HeldAnswer, text: string): void {
  held.say(text)
  held.finish()
}

/** A turn is running whose lease has run out. */
export async function isAbandoned({ races, conversation_id }: Scene): Promise<boolean> {
  const { rows } = await sql`select from turns where conversation_id = ${conversation_id} and status = 'running'
    and lease_expires_at < clock_timestamp()`.execute(races.server.database)
  return rows.length > 0
}

type Send = Races['server']['client']['sendConversationMessage']

export function sendMessage(
  client: { sendConversationMessage: Send },
  conversation_id: string,
  text: string,
  more: Partial<Parameters<Send>[0]> = {},
): Promise<Answer> {
  return answerOf(client.sendConversationMessage({ conversation_id, text, ...more }).then(({ reply }) => ({ reply })))
}

/** The answer of a call, or its refusal; `stored` says whether the body has a `turn_id`. */
export async function answerOf(call: Promise<object>): Promise<Answer> {
  try {
    return { ...(await call) }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const { status, code, turn_id } = error
    return { status, code, stored: turn_id !== null }
  }
}
