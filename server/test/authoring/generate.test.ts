// generateAgentInstructions through the SDK: a job writes a draft's instructions once, and never over another change.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type HeldAnswer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
/** What the first node does at its pause points; set by a test. */
let atPoint: (point: string) => void | Promise<void> = () => {}
const held: HeldAnswer[] = []
beforeAll(async () => {
  server = await startTestServer({}, { ports: { reached: (point) => atPoint(point) } })
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(() => {
  for (const answer of held.splice(0)) answer.finish()
  atPoint = () => {}
  server.model.answer = () => 'You are the concierge.'
  server.model.requests.length = 0
})

const soon = { timeout: 40_000 }
const inputs = { business: 'Hotel Aurora', tone: 'warm' }
const config = { instructions: 'Old.', guardrails: 'Be kind.', unknown: { kept: [1] } }

async function newDraft(instruction_builder_inputs: object | null = inputs) {
  const { agent_id } = await server.client.createAgent({ name: 'Agent' })
  const draft = await server.client.createAgentVersion({ agent_id, config, instruction_builder_inputs } as never)
  return { agent_id, version: String(draft.version) }
}

type Draft = Awaited<ReturnType<typeof newDraft>>

const read = (draft: Draft) => server.client.getAgentVersion(draft)
const generationOf = async (draft: Draft) => (await read(draft)).instruction_generation
const statusOf = async (draft: Draft) => (await generationOf(draft))?.status
const untilStatus = (draft: Draft, status: string) => expect.poll(() => statusOf(draft), soon).toBe(status)

/** The model returns what the test says, and has been called. */
async function generateHeld(draft: Draft) {
  const answer = holdAnswer()
  held.push(answer)
  server.model.answer = () => answer
  await server.client.generateAgentInstructions(draft)
  await answer.asked
  return answer
}

const query = (text: string) => server.database.pool.query(text)
/** Like the time after the lease of a lost node. */
const loseLeases = () => query(`update work set lease = null, ready = true where kind = 'generate_instructions'`)
/** Like the time after the pause before the next try. */
const hurry = () => query(`update work set ready = true where kind = 'generate_instructions' and lease is null`)
const workLeft = async () =>
  (
    await query(`select kind from work where kind = 'generate_instructions'
                 union all select kind from work_arrivals where kind = 'generate_instructions'`)
  ).rowCount

describe('the result', () => {
  test('the text becomes the instructions; nothing else changes', async () => {
    const draft = await newDraft()
    expect((await read(draft)).instruction_generation).toBeNull()
    const answer = holdAnswer()
    held.push(answer)
    server.model.answer = () => answer
    let status = 0
    const asked = await server.client.generateAgentInstructions(draft, { onResponse: (to) => (status = to.status) })
    expect(status).toBe(202)
    expect(asked).toMatchObject({ config, revision: 1 })
    expect(asked.instruction_generation).toEqual({
      ...{ status: 'queued', error: null, instructions: null, finished_at: null },
      requested_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    })
    await answer.asked
    expect(await statusOf(draft)).toBe('running')
    answer.say('  You are the concierge of Hotel Aurora.\n')
    answer.finish()
    await untilStatus(draft, 'done')
    const done = await read(draft)
    expect(done).toMatchObject({ revision: 2, instruction_builder_inputs: inputs })
    expect(done.config).toEqual({ ...config, instructions: 'You are the concierge of Hotel Aurora.' })
    expect(done.warnings).toEqual(asked.warnings)
    expect(done.updated_at > asked.updated_at).toBe(true)
    const { requested_at, finished_at, ...rest } = done.instruction_generation!
    expect(rest).toEqual({ status: 'done', error: null, instructions: null })
    expect([requested_at, finished_at! > requested_at]).toEqual([asked.instruction_generation!.requested_at, true])
    expect(server.model.requests).toHaveLength(1)
    expect(server.model.requests[0]!.messages.at(-1)!.content).toContain('"business": "Hotel Aurora"')
    // It can be requested again, and it shows in lists too.
    server.model.answer = () => 'Second.'
    await server.client.generateAgentInstructions(draft)
    await expect.poll(async () => (await read(draft)).config['instructions'], soon).toBe('Second.')
    const [listed] = (await server.client.listAgentVersions({ agent_id: draft.agent_id })).data
    expect(listed!.instruction_generation!.status).toBe('done')
  })

  test.each([
    ['an empty text', '', 'The model returned an empty answer.', null],
    [
      'no valid template',
      'You are {% if %}.',
      /^The text of the model is not valid as instructions: is not a valid template/,
      'You are {% if %}.',
    ],
    [
      'too long a text',
      'x'.repeat(50_001),
      'The model wrote more than 50000 characters. Request it again.',
      'x'.repeat(50_000),
    ],
  ])('%s is not written to the draft', async (_what, text, error, kept) => {
    const draft = await newDraft()
    server.model.answer = () => text
    await server.client.generateAgentInstructions(draft)
    await untilStatus(draft, 'failed')
    expect(await read(draft)).toMatchObject({ config, revision: 1 })
    const generation = await generationOf(draft)
    expect(generation!.error).toMatch(error)
    expect(generation!.instructions === kept).toBe(true)
  })

  test('without a real model the demo model repeats the inputs', async () => {
    await using demo = await startTestServer({ PARLEY_DEFAULT_MODEL: 'demo/parley-demo' })
    const { agent_id } = await demo.client.createAgent({ name: 'Agent' })
    const draft = { agent_id, version: '1' }
    await demo.client.createAgentVersion({
      agent_id,
      config: {},
      instruction_builder_inputs: { business: 'Tea {{ shop', goals: ['sell'] },
    })
    await demo.client.generateAgentInstructions(draft)
    const instructions = async () => (await demo.client.getAgentVersion(draft)).config['instructions']
    await expect
      .poll(instructions, soon)
      .toBe(
        '[Demo model, not an AI] These instructions only repeat what the author has filled in.\n- goals: ["sell"]\n- business: Tea (( shop',
      )
  })
})

describe('what is refused', () => {
  test.each([null, {}])('inputs %j are 422', async (given) => {
    const error = await refusal(server.client.generateAgentInstructions(await newDraft(given)))
    expect([error.status, error.errors[0]?.path]).toEqual([422, 'instruction_builder_inputs'])
  })

  test('a published version is 400; latest is its draft, which is created', async () => {
    const draft = await newDraft()
    await server.client.publishAgentVersion(draft)
    expect(await refusal(server.client.generateAgentInstructions(draft))).toMatchObject({
      status: 400,
      code: 'version_published',
    })
    const latest = await server.client.generateAgentInstructions({ ...draft, version: 'latest' })
    expect(latest).toMatchObject({ version: 2, published: false })
    await untilStatus({ ...draft, version: '2' }, 'done')
    expect(await generationOf(draft)).toBeNull()
    const { agent_id } = await publishAgent(server.client)
    expect((await refusal(server.client.generateAgentInstructions({ agent_id, version: 'latest' }))).status).toBe(422)
    expect((await server.client.getAgent({ agent_id })).versions).toHaveLength(1)
  })
})

describe('other writers', () => {
  test('a change by an editor is not overwritten; the text is kept beside it', async () => {
    const draft = await newDraft()
    const answer = await generateHeld(draft)
    const edited = await server.client.updateAgentVersion({ ...draft, config: { instructions: 'Mine.' } })
    answer.say('Not mine.')
    answer.finish()
    await untilStatus(draft, 'failed')
    expect(await read(draft)).toEqual({ ...edited, instruction_generation: await generationOf(draft) })
    expect(await generationOf(draft)).toMatchObject({
      error: 'The draft was changed or published in the meantime. Request new instructions.',
      instructions: 'Not mine.',
    })
  })

  test('a version that is published meanwhile does not change', async () => {
    const draft = await newDraft()
    const answer = await generateHeld(draft)
    await server.client.publishAgentVersion(draft)
    const published = await read(draft)
    answer.say('Too late.')
    answer.finish()
    await untilStatus(draft, 'failed')
    expect(await read(draft)).toEqual({ ...published, instruction_generation: await generationOf(draft) })
    expect((await generationOf(draft))!.instructions).toBe('Too late.')
  })

  test('another call joins the running job; after a change a new job starts, and the first text is dropped', async () => {
    const draft = await newDraft()
    const first = await generateHeld(draft)
    const { requested_at } = (await generationOf(draft))!
    const joined = await server.client.generateAgentInstructions(draft)
    expect(joined.instruction_generation).toMatchObject({ status: 'running', requested_at })
    await server.client.updateAgentVersion({ ...draft, instruction_builder_inputs: { business: 'Hotel Borealis' } })
    const second = await generateHeld(draft)
    first.say('Of the first.')
    first.finish()
    second.say('Of the second.')
    second.finish()
    await untilStatus(draft, 'done')
    await expect.poll(workLeft, soon).toBe(0)
    expect(await read(draft)).toMatchObject({ revision: 3, config: { instructions: 'Of the second.' } })
    expect(server.model.requests).toHaveLength(2)
  })

  test('the same idempotency key starts one job, even simultaneously', async () => {
    const draft = await newDraft()
    const replays: (string | null)[] = []
    const input = { ...draft, idempotency_key: crypto.randomUUID() }
    const ask = () =>
      server.client.generateAgentInstructions(input, {
        onResponse: ({ headers }) => replays.push(headers.get('idempotent-replayed')),
      })
    const [one, two] = await Promise.all([ask(), ask()])
    expect(two).toEqual(one)
    await untilStatus(draft, 'done')
    expect(await ask()).toEqual(one)
    expect(replays.toSorted()).toEqual([null, 'true', 'true'])
    expect(await read(draft)).toMatchObject({ revision: 2 })
    expect(server.model.requests).toHaveLength(1)
  })
})

describe('a model that fails', () => {
  test('for good: failed at once, and says why', async () => {
    const draft = await newDraft()
    server.model.answer = () => 401
    await server.client.generateAgentInstructions(draft)
    await untilStatus(draft, 'failed')
    expect((await generationOf(draft))!.error).toMatch(/refused the request \(status 401\) \(1 try\)$/)
    expect(server.model.requests).toHaveLength(1)
  })

  test('transiently: retried, four tries at most', async () => {
    const [lucky, unlucky] = [await newDraft({ business: 'lucky' }), await newDraft({ business: 'unlucky' })]
    let failures = 0
    server.model.answer = ({ messages }) => {
      if (messages.at(-1)!.content.includes('unlucky')) return 500
      failures += 1
      return failures > 3 ? 'At last.' : 500
    }
    await server.client.generateAgentInstructions(lucky)
    await server.client.generateAgentInstructions(unlucky)
    await expect.poll(async () => (await hurry(), await statusOf(unlucky)), soon).toBe('failed')
    expect((await generationOf(unlucky))!.error).toMatch(/\(4 tries\)$/)
    expect(await read(unlucky)).toMatchObject({ config, revision: 1 })
    expect(await read(lucky)).toMatchObject({ config: { instructions: 'At last.' }, revision: 2 })
    // Three calls each: the model's own retries.
    expect(server.model.requests).toHaveLength(4 + 12)
  })

  test('half a text is discarded', async () => {
    const draft = await newDraft()
    let calls = 0
    server.model.answer = () => {
      calls += 1
      if (calls > 1) return 'The whole.'
      return (async function* () {
        yield 'Half of '
        throw new Error('cut')
      })()
    }
    await server.client.generateAgentInstructions(draft)
    await expect.poll(async () => (await hurry(), await statusOf(draft)), soon).toBe('done')
    expect(await read(draft)).toMatchObject({ revision: 2, config: { instructions: 'The whole.' } })
  })
})

describe('nodes that are lost', () => {
  /** Holds the first node when it has the text and has not written it. */
  function holdAtWriting() {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    atPoint = (point) => {
      if (point !== 'instructions.written') return undefined
      atPoint = () => {}
      reached.resolve()
      return released.promise
    }
    return { reached: reached.promise, release: released.resolve }
  }

  test('work that runs twice at once, on two nodes, writes once', async () => {
    const draft = await newDraft()
    const paused = holdAtWriting()
    server.model.answer = () => 'Of the first.'
    await server.client.generateAgentInstructions(draft)
    await paused.reached
    await using _second = await server.startAnother()
    server.model.answer = () => 'Of the second.'
    await loseLeases()
    await untilStatus(draft, 'done')
    const done = await read(draft)
    expect(done).toMatchObject({ revision: 2, config: { instructions: 'Of the second.' } })
    paused.release()
    await expect.poll(workLeft, soon).toBe(0)
    expect(await read(draft)).toEqual(done)
  })

  test('a job whose node is lost at each of four tries is given up', async () => {
    const draft = await newDraft()
    const answer = await generateHeld(draft)
    await query(`update work set tries = 4 where kind = 'generate_instructions'`)
    await loseLeases()
    await untilStatus(draft, 'failed')
    expect(await generationOf(draft)).toMatchObject({
      status: 'failed',
      error: 'Every attempt failed because its server stopped. Request it again.',
    })
    answer.say('Too late.')
    answer.finish()
    await expect.poll(workLeft, soon).toBe(0)
    expect(await read(draft)).toMatchObject({ config, revision: 1, instruction_generation: { status: 'failed' } })
  })
})

test('the organization’s own key is used, and never stored', async () => {
  const key = 'sk-own-very-secret-key'
  await using own = await startTestServer({ PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS: 'openai' })
  await own.client.setSecret({ name: 'OPENAI_API_KEY', value: key })
  const { agent_id } = await own.client.createAgent({ name: 'Agent' })
  const draft = { agent_id, version: '1' }
  await own.client.createAgentVersion({ agent_id, config: {}, instruction_builder_inputs: inputs })
  own.model.answer = () => `You know ${key}.`
  await own.client.generateAgentInstructions(draft)
  const instructions = async () => (await own.client.getAgentVersion(draft)).config['instructions']
  await expect.poll(instructions, soon).toMatch(/^You know /)
  expect(await instructions()).not.toContain(key)
})
