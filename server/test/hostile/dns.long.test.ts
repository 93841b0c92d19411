// Names whose name server never answers delay only the organization that has them called.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type NameServer, startNameServer } from '../outbound/name-server.ts'
import { type ChatRequest, type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'
import { steadyTime } from '../support/steady-time.ts'
import { type ToolPeer, startToolPeer } from '../support/tool-peer.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'
import { type Scene, startScene } from './scene.ts'

let stack: AsyncDisposableStack
let scene: Scene
let names: NameServer
let model: ScriptedModel
let peer: ToolPeer
let receiver: Receiver

/** A machine's own name is in its hosts file, and in no name server. */
const byName = (url: string) => url.replace('127.0.0.1', 'localhost')

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  names = stack.use(
    await startNameServer((name) => (name.endsWith('hang.test') ? undefined : { addresses: ['10.0.0.1'] })),
  )
  model = stack.use(await startScriptedModel())
  model.answer = callAllTools
  peer = stack.use(await startToolPeer())
  receiver = stack.use(await startReceiver())
  scene = stack.use(
    await startScene({
      PARLEY_NAME_SERVERS: names.address,
      PARLEY_ALLOW_PRIVATE_HOSTS: 'localhost',
      OPENAI_BASE_URL: byName(model.base_url),
    }),
  )
})
afterEach(() => stack.disposeAsync())

function callAllTools({ messages, tools = [] }: ChatRequest) {
  if (tools.length === 0 || messages.at(-1)!.role !== 'user') return 'Done.'
  return { tool_calls: tools.map((tool) => ({ name: tool.function.name, arguments: {} })) }
}

const tool = (name: string, url: string) => ({
  ...{ name, description: 'Asks', properties: {}, actions: [{ type: 'http', url }], timeout_ms: 30_000 },
})

/** The results of the tools' calls, as the model sees them. */
async function callTools({ client }: Pick<Scene['loud'], 'client'>, config: object): Promise<string[]> {
  const { agent_id } = await publishAgent(client, config)
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const { tool_calls } = await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Ask' })
  return tool_calls.map(({ output }) => JSON.stringify(output))
}

const turns = 4
const calls_of_turn = 25

/** Far more than there are threads: endpoints, servers of tools, and tools. */
async function callHangingNames(): Promise<string[]> {
  const events = ['conversation.created']
  for (let n = 0; n < 10; n += 1) {
    await scene.loud.client.createWebhookEndpoint({ url: `http://${n}.webhook.hang.test/`, events })
  }
  const asked = Array.from({ length: turns }, (_turn, turn) => {
    const tools = Array.from({ length: calls_of_turn }, (_call, n) =>
      tool(`ask_${n}`, `http://${turn}-${n}.tool.hang.test/`),
    )
    const mcp_servers = [{ name: 'remote', url: `http://${turn}.mcp.hang.test/`, timeout_ms: 1000 }]
    return callTools(scene.loud, { tools, mcp_servers })
  })
  return (await Promise.all(asked)).flat()
}

/**
 * Calls by name: the model, a tool and an endpoint in the operator's network, and a tool that is refused because of its
 * address.
 */
async function callByName({ client }: Scene['quiet']): Promise<void> {
  await client.createWebhookEndpoint({ url: byName(receiver.url), events: ['conversation.created'] })
  const urls = { known: byName(`${peer.url}/known`), private: 'http://quiet.test/' }
  const outputs = await callTools({ client }, { tools: Object.entries(urls).map(([name, url]) => tool(name, url)) })
  expect(outputs).toEqual([
    expect.stringContaining('"ok":true'),
    expect.stringContaining('quiet.test is not a public address'),
  ])
  await expect.poll(() => receiver.received.length, { timeout: 40_000, interval: 20 }).toBeGreaterThan(0)
}

const limit = { timeout: 300_000 }
/** Each lookup by the operating system would take longer. */
const soon_ms = 4000

test('names that hang delay no model, tool or webhook of another organization', limit, async () => {
  const attack = callHangingNames()
  // Its result is awaited at the end.
  attack.catch(() => {})
  await names.asked(8)
  const startedAt = steadyTime()
  await callByName(scene.quiet)
  expect(steadyTime() - startedAt).toBeLessThan(soon_ms)
  const seen = await scene.duringAttack(() => attack)

  expect(seen.failures).toEqual([])
  expect(seen.took_ms.at(-1)).toBeLessThan(soon_ms)
  const outputs = await attack
  expect(outputs).toHaveLength(turns * calls_of_turn)
  for (const output of outputs) {
    expect(output).toMatch(
      /\.tool\.hang\.test could not be resolved: (the name server did not answer within 5 s|too many)/,
    )
  }
})
