// Timeouts, retries and fallbacks, in virtual time.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GREETING, collectParts, describeModelContract } from '../../test/support/model-contract.ts'
import { createVirtualTime, type VirtualTime } from '../../test/support/virtual-time.ts'
import { createDemoModel } from './demo.ts'
import { type CountedModel, ModelError, type Model, type ModelErrorKind, type ModelPart, notReported } from './port.ts'
import { countsNothing } from '../usage/usage.ts'
import { createModelError } from './adapters/provider-errors.ts'
import { createResilientModel, type AttemptFailure } from './resilient.ts'

const PASSING = ['rate_limited', 'unavailable', 'connection', 'timeout'] as const
const FINAL = ['not_configured', 'refused', 'protocol'] as const
const TIMEOUT_MS = 30_000

/** One call of a scripted model: text to yield, an error to throw, time to spend, or a wait that never ends. */
type Step = string | { fail: ModelErrorKind } | { spend: number } | 'hang'
interface ScriptedModel extends Model {
  signals: AbortSignal[]
}

/** Plays one script per call, the last of them for every further call. */
function scriptModel(id: string, time: VirtualTime, ...scripts: Step[][]): ScriptedModel {
  const signals: AbortSignal[] = []
  async function* stream(_request: unknown, signal: AbortSignal): AsyncGenerator<ModelPart> {
    const script = scripts[Math.min(signals.length, scripts.length - 1)] ?? []
    signals.push(signal)
    for (const step of script) {
      if (step === 'hang') await new Promise(() => undefined)
      else if (typeof step === 'string') yield { type: 'text', text: step }
      else if ('spend' in step) await time.sleep(step.spend)
      else throw createModelError(step.fail, id)
    }
    yield { type: 'finish', reason: 'stop', usage: { ...notReported, input_tokens: 1, output_tokens: 1 } }
  }
  return { id, signals, stream }
}

function setUp(random = 0) {
  const time = createVirtualTime()
  const failures: AttemptFailure[] = []
  const options = {
    clock: time,
    random: () => random,
    timeout_ms: TIMEOUT_MS,
    onFailure: (failure: AttemptFailure) => failures.push(failure),
  }
  const ask = (model: CountedModel, signal?: AbortSignal) => time.run(collectParts(model, GREETING, signal))
  return { time, options, failures, ask }
}

const words = (parts: ModelPart[]) => parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))

describe('retries', () => {
  test.for(PASSING)('a call that failed with %s is repeated twice', async (kind) => {
    const { time, options, ask } = setUp()
    const model = scriptModel('a/b', time, [{ fail: kind }], [{ fail: kind }], ['yes'])
    expect(words(await ask(createResilientModel(model, [], options)))).toEqual(['yes'])
    expect(model.signals).toHaveLength(3)
  })

  test.for(PASSING)('a third %s in a row is thrown unchanged', async (kind) => {
    const { time, options, failures, ask } = setUp()
    const model = scriptModel('a/b', time, [{ fail: kind }])
    await expect(ask(createResilientModel(model, [], options))).rejects.toMatchObject({ kind, model: 'a/b' })
    expect(model.signals).toHaveLength(3)
    expect(failures.map(({ attempt, next }) => [attempt, next])).toEqual([
      [1, 'retry'],
      [2, 'retry'],
      [3, 'throw'],
    ])
  })

  test.for(FINAL)('%s is thrown at once, without a fallback', async (kind) => {
    const { time, options, ask } = setUp()
    const model = scriptModel('a/b', time, [{ fail: kind }])
    const other = scriptModel('c/d', time, ['yes'])
    await expect(ask(createResilientModel(model, [other], options))).rejects.toMatchObject({ kind })
    expect([model.signals.length, other.signals.length, time.now()]).toEqual([1, 0, 0])
  })

  test.for([...PASSING, ...FINAL])('after output, %s is thrown unchanged', async (kind) => {
    const { time, options } = setUp()
    const model = scriptModel('a/b', time, ['half', { fail: kind }])
    const other = scriptModel('c/d', time, ['yes'])
    const parts: ModelPart[] = []
    const consume = async () => {
      const resilient = createResilientModel(model, [other], options)
      for await (const part of resilient.stream(GREETING, new AbortController().signal, countsNothing)) parts.push(part)
    }
    await expect(time.run(consume())).rejects.toMatchObject({ kind, model: 'a/b' })
    expect(words(parts)).toEqual(['half'])
    expect([model.signals.length, other.signals.length]).toEqual([1, 0])
  })

  test('an error that is not a model error is a defect and is thrown unchanged', async () => {
    const { options, ask } = setUp()
    const defect = new TypeError('undefined is not a function')
    const model: Model = {
      id: 'a/b',
      // oxlint-disable-next-line require-yield
      async *stream() {
        throw defect
      },
    }
    await expect(ask(createResilientModel(model, [], options))).rejects.toBe(defect)
  })

  test.for([
    [0, 125 + 250],
    [0.5, 187.5 + 375],
    [1, 250 + 500],
  ] as const)('with chance at %d the waits add up to %d ms', async ([random, total]) => {
    const { time, options, ask } = setUp(random)
    const model = scriptModel('a/b', time, [{ fail: 'unavailable' }])
    await expect(ask(createResilientModel(model, [], options))).rejects.toThrow(ModelError)
    expect(time.now()).toBeCloseTo(total, -0.5)
  })
})

describe('fallbacks', () => {
  test('are tried in order, each as often as the first', async () => {
    const { time, options, failures, ask } = setUp()
    const down: Step[] = [{ fail: 'unavailable' }]
    const [first, second, third] = [
      scriptModel('a/1', time, down),
      scriptModel('b/2', time, down),
      scriptModel('c/3', time, down, ['yes']),
    ]
    expect(words(await ask(createResilientModel(first, [second, third], options)))).toEqual(['yes'])
    expect([first, second, third].map(({ signals }) => signals.length)).toEqual([3, 3, 2])
    expect(failures.map(({ error, next }) => `${error.model} ${next}`)).toEqual([
      'a/1 retry',
      'a/1 retry',
      'a/1 fallback',
      'b/2 retry',
      'b/2 retry',
      'b/2 fallback',
      'c/3 retry',
    ])
  })

  test('a final failure of a fallback only ends that fallback', async () => {
    const { time, options, ask } = setUp()
    const first = scriptModel('a/1', time, [{ fail: 'unavailable' }])
    const second = scriptModel('b/2', time, [{ fail: 'refused' }])
    const third = scriptModel('c/3', time, ['yes'])
    expect(words(await ask(createResilientModel(first, [second, third], options)))).toEqual(['yes'])
    expect(second.signals).toHaveLength(1)
  })

  test('the last error is thrown if all have failed', async () => {
    const { time, options, ask } = setUp()
    const first = scriptModel('a/1', time, [{ fail: 'unavailable' }])
    const second = scriptModel('b/2', time, [{ fail: 'rate_limited' }])
    const call = ask(createResilientModel(first, [second], options))
    await expect(call).rejects.toMatchObject({ kind: 'rate_limited', model: 'b/2' })
  })
})

describe('timeouts', () => {
  test('a model that hangs is aborted after its time, on every try', async () => {
    const { time, options, ask } = setUp()
    const model = scriptModel('a/b', time, ['hang'])
    const call = ask(createResilientModel(model, [], options))
    await expect(call).rejects.toMatchObject({ kind: 'timeout', model: 'a/b', status: null })
    expect(time.now()).toBe(3 * TIMEOUT_MS + 125 + 250)
    for (const signal of model.signals) expect(signal.reason).toMatchObject({ kind: 'timeout' })
  })

  test('an answer that arrives in time is kept, and its timer stopped', async () => {
    const { time, options, ask } = setUp()
    const model = scriptModel('a/b', time, [{ spend: TIMEOUT_MS - 1 }, 'yes'])
    expect(words(await ask(createResilientModel(model, [], options)))).toEqual(['yes'])
    expect(time.pending()).toBe(0)
  })

  test('the whole call is bounded, not the wait for each part', async () => {
    const { time, options } = setUp()
    const half: Step = { spend: TIMEOUT_MS * 0.6 }
    const model = scriptModel('a/b', time, [half, 'one', half, 'two'])
    const parts: ModelPart[] = []
    const consume = async () => {
      const resilient = createResilientModel(model, [], options)
      for await (const part of resilient.stream(GREETING, new AbortController().signal, countsNothing)) parts.push(part)
    }
    await expect(time.run(consume())).rejects.toMatchObject({ kind: 'timeout' })
    expect(words(parts)).toEqual(['one'])
    expect(model.signals).toHaveLength(1)
  })

  test('an error that a model throws after its timeout counts as a timeout', async () => {
    const { options, ask } = setUp()
    const model: Model = {
      id: 'a/b',
      // oxlint-disable-next-line require-yield
      async *stream(_request, signal) {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('closed'))))
      },
    }
    await expect(ask(createResilientModel(model, [], options))).rejects.toMatchObject({ kind: 'timeout' })
  })
})

describe('aborts', () => {
  const reason = new Error('superseded')

  test('end a call that hangs at once', async () => {
    const { time, options, ask } = setUp()
    const model = scriptModel('a/b', time, ['hang'])
    const controller = new AbortController()
    const call = ask(createResilientModel(model, [], options), controller.signal)
    // The call begins once it is counted.
    await Promise.resolve()
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    expect([model.signals.length, model.signals[0]?.reason, time.now()]).toEqual([1, reason, 0])
    expect(time.pending()).toBe(0)
  })

  test('end a wait at once', async () => {
    const { time, options } = setUp()
    const controller = new AbortController()
    const model = scriptModel('a/b', time, [{ fail: 'unavailable' }])
    const after: typeof time.after = (ms, call) => {
      if (ms !== TIMEOUT_MS) queueMicrotask(() => controller.abort(reason))
      return time.after(ms, call)
    }
    const resilient = createResilientModel(model, [model], { ...options, clock: { after } })
    await expect(collectParts(resilient, GREETING, controller.signal)).rejects.toBe(reason)
    expect([model.signals.length, time.pending()]).toEqual([1, 0])
  })

  test('end a call that hangs after its consumer aborted', async () => {
    const { time, options } = setUp()
    const model = scriptModel('a/b', time, ['one', 'hang'])
    const controller = new AbortController()
    const consume = async () => {
      for await (const part of createResilientModel(model, [], options).stream(
        GREETING,
        controller.signal,
        countsNothing,
      )) {
        expect(part).toEqual({ type: 'text', text: 'one' })
        controller.abort(reason)
      }
    }
    await expect(time.run(consume())).rejects.toBe(reason)
    expect(time.now()).toBe(0)
  })

  test('take precedence over an error of the model', async () => {
    const { options, failures, ask } = setUp()
    const controller = new AbortController()
    const model: Model = {
      id: 'a/b',
      // oxlint-disable-next-line require-yield
      async *stream() {
        controller.abort(reason)
        throw createModelError('connection', 'a/b')
      },
    }
    await expect(ask(createResilientModel(model, [], options), controller.signal)).rejects.toBe(reason)
    expect(failures).toEqual([])
  })

  test('before the call: no model is called', async () => {
    const { time, options, ask } = setUp()
    const model = scriptModel('a/b', time, ['yes'])
    const call = ask(createResilientModel(model, [], options), AbortSignal.abort(reason))
    await expect(call).rejects.toBe(reason)
    expect(model.signals).toEqual([])
  })

  test('a consumer that stops early ends the call and its timer', async () => {
    const { time, options } = setUp()
    let hasEnded = false
    const model: Model = {
      id: 'a/b',
      async *stream() {
        try {
          yield { type: 'text', text: 'one' }
          yield { type: 'text', text: 'two' }
        } finally {
          hasEnded = true
        }
      },
    }
    const consume = async () => {
      const resilient = createResilientModel(model, [], options)
      for await (const part of resilient.stream(GREETING, new AbortController().signal, countsNothing)) {
        expect(part).toEqual({ type: 'text', text: 'one' })
        break
      }
    }
    await time.run(consume())
    expect([hasEnded, time.pending()]).toEqual([true, 0])
  })
})

test('for any failures, every model is called a bounded number of times, and the output comes from one attempt', async () => {
  const step = fc.oneof(
    fc.constantFrom(...PASSING, ...FINAL).map((fail) => ({ fail })),
    fc.constantFrom<Step>('a', 'b', 'hang'),
    fc.integer({ min: 1, max: TIMEOUT_MS * 2 }).map((spend) => ({ spend })),
  )
  const script = fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.array(script, { minLength: 1, maxLength: 3 }), async (scripts) => {
      const { time, options } = setUp()
      const models = scripts.map((calls, index) => scriptModel(`m/${index}`, time, ...calls))
      const [primary, ...fallbacks] = models
      if (primary === undefined) return
      const parts: ModelPart[] = []
      const consume = async () => {
        const resilient = createResilientModel(primary, fallbacks, options)
        for await (const part of resilient.stream(GREETING, new AbortController().signal, countsNothing))
          parts.push(part)
      }
      const error = await time.run(consume()).then(
        () => null,
        (reason: unknown) => reason,
      )
      for (const { signals } of models) expect(signals.length).toBeLessThanOrEqual(3)
      const last = models.findLast(({ signals }) => signals.length > 0)
      const calls = scripts[models.indexOf(last ?? primary)] ?? []
      const played = calls[Math.min((last?.signals.length ?? 1) - 1, calls.length - 1)] ?? []
      const expected = played.filter((one) => one === 'a' || one === 'b')
      expect(expected.slice(0, words(parts).length)).toEqual(words(parts))
      if (error === null) expect(words(parts)).toEqual(expected)
      else expect(error).toBeInstanceOf(ModelError)
      expect(parts.at(-1)?.type === 'finish').toBe(error === null)
    }),
    { numRuns: 150 },
  )
})

describeModelContract('resilient', () => createResilientModel(createDemoModel(), [], setUp().options))
