// Prompts of steps: what a model is asked, what becomes of its answers, and how it fails.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemPorts } from '../../../src/base/ports.ts'
import { createModelCatalog } from '../../../src/models/models.ts'
import { noTraces } from '../../../src/telemetry/traces.ts'
import { type ModelReply, type Question, createAskModel } from '../../../src/workflows/run/ask-model.ts'
import { countsNothing } from '../../../src/usage/usage.ts'
import { StepFailure } from '../../../src/workflows/run/failure.ts'
import { type ScriptedModel, startScriptedModel } from '../../support/scripted-model.ts'
import { type Given, type Steps, run_limits, shareSandbox } from './fixture.ts'

const shared = shareSandbox()
let steps: Steps
let asked: Question[]
let answer: (question: Question) => string
beforeEach(() => {
  steps = shared()
  asked = []
  answer = ({ prompt }) => prompt.toUpperCase()
  steps.askModel = async (question) => {
    asked.push(question)
    return reply(answer(question))
  }
})

const reply = (text: string): ModelReply => ({ text, input_tokens: 3, output_tokens: 2, model: 'openai/some' })
const outputOf = (...values: string[]) => ({
  ...{ type: 'output', config: { output_data: values.map((value, at) => ({ name: `v${at}`, value })) } },
})
const resultOf = async (given: Given) => {
  const { report } = await steps.attempt(given)
  return report.type === 'result' ? report.output : expect.fail(JSON.stringify(report))
}

describe('a value', () => {
  test('has expressions filled first, and a whole answer keeps its type', async () => {
    answer = ({ prompt }) =>
      prompt.startsWith('count') ? ' 42 ' : prompt.includes('is it') ? 'true' : `about ${prompt}`
    const given = outputOf('${count {{ n }} }', '${ is it {{ n }}? }', 'Say: ${x}!', '${ {"a": {{ n }}} }')
    expect(await resultOf({ ...given, input: { n: 5 } })).toEqual({
      ...{ v0: 42, v1: true, v2: 'Say: about x!', v3: 'about  {"a": 5} ' },
    })
    expect(asked.map(({ prompt }) => prompt)).toEqual(['count 5 ', ' is it 5? ', 'x', ' {"a": 5} '])
    expect(asked[0]).toMatchObject({ organization_id: 'an organization', ai_model: 'small', decides: false })
  })

  test('is asked of the model of its step, else of the settings', async () => {
    await resultOf({ ...outputOf('${x}'), settings: { ai_model: 'standard' } })
    await resultOf({ ...outputOf('${x}'), settings: { ai_model: 'standard' }, step: { ai_model: 'openai/other' } })
    expect(asked.map(({ ai_model }) => ai_model)).toEqual(['standard', 'openai/other'])
  })
})

describe('a condition', () => {
  const condition = (...texts: string[]): Given => ({
    type: 'condition',
    config: { conditions: texts.map((text, at) => ({ name: `b${at}`, condition: text })) },
  })

  test.each([
    ['Yes.', 'b0', undefined],
    ['true', 'b0', undefined],
    ['No', null, undefined],
    ['Perhaps', null, 'conditions.0.condition: The model answered neither yes nor no, so the condition does not hold.'],
  ])('the answer %s', async (text, branch, logs) => {
    answer = () => text
    const { report } = await steps.attempt({ ...condition('${ Is {{ x }} a name? }'), input: { x: 'Ada' } })
    expect([report.type === 'result' && report.branch, report.logs]).toEqual([branch, logs])
    expect(asked).toMatchObject([{ prompt: ' Is Ada a name? ', decides: true }])
  })

  test('stands between expressions in its order', async () => {
    answer = () => 'no'
    const { report } = await steps.attempt(condition('false', '${a}', '$count([1]) = 2', '1 = 1', '${b}'))
    expect(report).toMatchObject({ branch: 'b3' })
    expect(asked.map(({ prompt }) => prompt)).toEqual(['a'])
  })

  test('asks no further than the first that holds', async () => {
    answer = ({ prompt }) => (prompt === 'a' ? 'no' : 'yes')
    const { noted } = await steps.attempt(condition('${a}', '${b}', '${c}'))
    expect(asked.map(({ prompt }) => prompt)).toEqual(['a', 'b'])
    expect(noted.answers).toMatchObject([{ text: 'no' }, { text: 'yes' }])
  })
})

describe('answers', () => {
  test('are stored before a request, and another attempt sends the same', async () => {
    const url = 'http://10.0.0.1/'
    const given: Given = { type: 'http', config: { method: 'POST', url, body: { a: '${x}', b: ['${y}'] } } }
    const { noted, report } = await steps.attempt(given)
    expect(noted.log).toEqual(['answers', 'effect'])
    expect(report).toMatchObject({ input: { body: { a: 'X', b: ['Y'] } }, input_tokens: 6, output_tokens: 4 })
    answer = () => 'other'
    const again = await steps.attempt({ ...given, answers: noted.answers })
    expect(again.noted.log).toEqual(['effect'])
    expect(again.report).toMatchObject({ input: { body: { a: 'X', b: ['Y'] } } })
    expect(again.report).not.toHaveProperty('input_tokens')
    expect(asked).toHaveLength(2)
  })

  test('of those that answered are stored where one fails; only that one is asked again', async () => {
    answer = ({ prompt }) => {
      if (prompt === 'b') throw new StepFailure('ai_failed', 'It is away.', 'transient')
      return prompt.toUpperCase()
    }
    steps.limits = { ...run_limits, prompts_at_once: 1 }
    const { report, noted } = await steps.attempt(outputOf('${a}', '${b}'))
    expect(report).toMatchObject({
      error: { code: 'ai_failed', message: 'output_data.1.value: It is away.' },
      ...{ cause: 'transient', input_tokens: 3 },
    })
    expect(noted.answers).toMatchObject([{ text: 'A' }])
    answer = () => 'late'
    expect(await resultOf({ ...outputOf('${a}', '${b}'), answers: noted.answers! })).toEqual({ v0: 'A', v1: 'late' })
  })

  test('four are asked for at once, twenty at most', async () => {
    let open = 0
    let most = 0
    steps.askModel = async () => {
      open += 1
      most = Math.max(most, open)
      await new Promise((resolve) => setImmediate(resolve))
      open -= 1
      return reply('x')
    }
    await resultOf(outputOf(...Array.from({ length: 20 }, () => '${x}')))
    expect(most).toBe(4)
    const { report } = await steps.attempt(outputOf(...Array.from({ length: 21 }, () => '${x}')))
    expect(report).toMatchObject({
      error: { code: 'ai_failed', message: 'output_data.20.value: The step has more than 20 prompts.' },
    })
  })

  test('of the demo model come with a warning', async () => {
    steps.askModel = async () => ({ ...reply('x'), model: 'demo/parley-demo' })
    const { report } = await steps.attempt(outputOf('${x}'))
    expect(report.logs).toBe(
      'output_data.0.value: The demo model answered, which is no language model. Configure a provider.',
    )
  })
})

describe('the model', () => {
  let model: ScriptedModel
  let stack: AsyncDisposableStack
  let catalog: ReturnType<typeof createModelCatalog>
  beforeAll(async () => {
    stack = new AsyncDisposableStack()
    model = stack.use(await startScriptedModel())
    const providers = { openai: { base_url: model.base_url, api_key: 'planted-key' } }
    catalog = stack.use(createModelCatalog(providers, { ...systemPorts, retries: 0 } as never))
  })
  afterAll(() => stack.disposeAsync())
  const ask = (more: Partial<Question> = {}, limits = run_limits, signal = new AbortController().signal) => {
    // Without keys of the organization.
    const database = { sharedBy: () => database, query: async () => [] }
    const config = {
      default_model: 'openai/usual',
      providers: { openai: {} },
      provider_base_urls: { openai: model.base_url },
      base_urls_for_organization_keys: [],
    }
    const usage = { counter: () => countsNothing }
    const budgets = { find: async () => null }
    const services = {
      config,
      models: catalog,
      traces: noTraces,
      sealers: {},
      ports: systemPorts,
      database,
      usage,
      budgets,
    }
    const of = { organization_id: 'o', agent_id: null, conversation_id: null, is_test: false }
    const question = { ...of, ai_model: 'small', prompt: 'What?', decides: false, ...more }
    return createAskModel(services as never, limits)(question, signal)
  }
  const failureOf = async (...given: Parameters<typeof ask>) => {
    const error = await ask(...given).then(
      (answered) => expect.fail(JSON.stringify(answered)),
      (failure: unknown) => failure,
    )
    return error instanceof StepFailure ? `${error.code} ${error.failure_cause}: ${error.message}` : error
  }

  test('is asked with the prompt alone, and says what it took', async () => {
    model.answer = () => ' An answer. \n'
    expect(await ask()).toEqual({ text: 'An answer.', input_tokens: 11, output_tokens: 7, model: 'openai/usual' })
    const { messages } = model.requests.at(-1)!
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user'])
    expect(messages[1]!.content).toBe('What?')
    await ask({ decides: true })
    expect(model.requests.at(-1)!.messages[0]!.content).toMatch(/yes or no/)
  })

  test('is that of the settings, or the one that is named', async () => {
    const limits = { ...run_limits, models: { small: 'openai/little', standard: null } }
    const named = async (ai_model: string) => (await ask({ ai_model }, limits)).model
    expect(await named('small')).toBe('openai/little')
    expect(await named('standard')).toBe('openai/usual')
    expect(await named('openai/other')).toBe('openai/other')
    expect(model.requests.at(-1)!.model).toBe('other')
  })

  test('that refuses, is away, says too much or takes too long has failed', async () => {
    model.answer = () => 400
    expect(await failureOf()).toMatch(/^ai_failed permanent: /)
    model.answer = () => 503
    expect(await failureOf()).toMatch(/^ai_failed transient: /)
    model.answer = () => 'x'.repeat(8001)
    expect(await failureOf()).toBe("ai_failed permanent: The model's reply has more than 8000 characters.")
    model.answer = (_request, hungUp) => ({
      async *[Symbol.asyncIterator]() {
        await new Promise((resolve) => hungUp.addEventListener('abort', resolve))
        yield ''
      },
    })
    expect(await failureOf({}, { ...run_limits, prompt_ms: 50 })).toBe(
      'ai_failed transient: The model took longer than 0.05 seconds.',
    )
    const before = model.requests.length
    expect(await failureOf({ prompt: 'x'.repeat(60_001) })).toBe(
      'ai_failed permanent: The prompt has more than 60000 characters.',
    )
    expect(await failureOf({ ai_model: 'nonsense' })).toBe(
      'ai_failed permanent: "nonsense" is not the name of a model.',
    )
    expect(await failureOf({ ai_model: 'nobody/x' })).toMatch(/^ai_failed permanent: /)
    expect(model.requests).toHaveLength(before)
  })

  test('is left when the execution ends', async () => {
    const stop = new AbortController()
    model.answer = () => {
      stop.abort(new Error('cancelled'))
      return 'late'
    }
    await expect(ask({}, run_limits, stop.signal)).rejects.toThrow('cancelled')
  })
})
