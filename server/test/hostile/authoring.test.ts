// Input of one organization's authors that is expensive to check or leads elsewhere: versions to compare, templates, model
// names.
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishAgent, refusal } from '../support/server.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
  scene.server.model.answer = () => 'Hello.'
})
afterAll(() => scene[Symbol.asyncDispose]())

/** Processor time in milliseconds, while the quiet organization continues. */
async function costOf(attack: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  const { failures } = await scene.duringAttack(attack)
  expect(failures).toEqual([])
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

test('two versions whose 235 lists of 1,100 numbers have nothing in common are compared at once', async () => {
  const { client } = scene.loud
  const lists = (value: number) =>
    Object.fromEntries(Array.from({ length: 235 }, (_, at) => [`l${at}`, Array.from({ length: 1100 }, () => value)]))
  const { agent_id } = await client.createAgent({ name: 'Lists' })
  const versions: number[] = []
  for (const value of [1, 2]) {
    const { version } = await client.createAgentVersion({ agent_id, config: { kept: lists(value) } as object })
    versions.push(version)
  }
  const [from_version, to_version] = versions as [number, number]
  const cost_ms = await costOf(async () => {
    const { differences } = await client.compareAgentVersions({ agent_id, from_version, to_version })
    expect(differences).toHaveLength(235)
    expect(differences[0]).toMatchObject({ op: 'changed', path: '/kept/l0' })
  })
  // It used to take 15 s.
  expect(cost_ms).toBeLessThan(3000)
})

test('a configuration whose templates take long to compile is refused before they are compiled', async () => {
  const { client } = scene.loud
  const config = (at: number) => ({ instructions: `{# ${at} #}${'{% with a=1 %}'.repeat(14_000)}` })
  const cost_ms = await costOf(async () => {
    for (let at = 0; at < 10; at += 1) {
      const error = await refusal(client.checkAgent({ config: config(at) }))
      expect(error.body).toMatchObject({ status: 422, errors: [{ path: 'config.instructions' }] })
    }
  })
  // They used to take 1 to 4 s each.
  expect(cost_ms).toBeLessThan(4000)
})

test('the name of a model cannot lead to another path, even in a version that was published earlier', async () => {
  const { server, loud } = scene
  const config = (model: string) => ({ instructions: 'Be brief.', llm: { provider: 'openai', model } })
  const { agent_id } = await publishAgent(loud.client, config('openai/gpt-5-mini'))
  expect(await refusal(loud.client.createAgentVersion({ agent_id, config: config('../../files?x=') }))).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'config.llm.model', message: expect.stringContaining('must match') }] },
  })
  const { version } = await loud.client.createAgentVersion({ agent_id, config: config('gpt-5-mini') })
  await sql`update agent_versions set config = ${JSON.stringify(config('../../files?x='))}::jsonb
    where agent_id = ${agent_id} and version = ${version}`.execute(server.database)
  await loud.client.publishAgentVersion({ agent_id, version: String(version) })
  const { conversation } = await loud.client.createConversation({ channel: 'text', user_id: 'loud', agent_id })
  const asked = server.model.requests.length
  const error = await refusal(
    loud.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Where to?' }),
  )
  expect(error).toMatchObject({ status: 502 })
  expect(error.message).toContain(
    'the model’s name contains characters that cannot be sent; publish a version with another model',
  )
  expect(server.model.requests.length).toBe(asked)
})
