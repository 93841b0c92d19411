// Every provider's streams, cut at every byte: the answer is the same wherever the network cuts.
import { describe, expect, test } from 'vitest'
import {
  describeModelContract,
  collectParts,
  GREETING,
  joinText,
  joinTexts,
} from '../../../test/support/model-contract.ts'
import {
  PROVIDER_CASES,
  cutBody,
  loadBody,
  loadStreams,
  streamChunks,
  type Expectation,
  type ProviderCase,
} from '../../../test/support/model-fixtures.ts'
import { ModelError, type Model, type ModelPart } from '../port.ts'
import { createModelProviders } from './providers.ts'

function createModel({ settings, ref }: ProviderCase, chunks: () => Uint8Array[]): Model {
  return createModelProviders(settings(), { client: streamChunks(chunks) }).createModel(ref)
}

/** The outcome of one call in the form of an expectation. */
async function readOutcome(model: Model): Promise<Expectation> {
  const parts: ModelPart[] = []
  try {
    for await (const part of model.stream(GREETING, new AbortController().signal)) parts.push(part)
    return { parts: joinTexts(parts) }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    return { fails: error.kind, after: joinTexts(parts) }
  }
}

for (const provider of PROVIDER_CASES) {
  const streams = loadStreams(provider.fixtures)

  describe(`streams: ${provider.name}`, () => {
    test.for(streams)('$name: gives the expected parts', async ({ body, expected }) => {
      expect(await readOutcome(createModel(provider, () => [body]))).toEqual(expected)
    })

    // Pieces of one length, shifted by every offset, put an edge at every byte.
    test.for(streams)('$name: gives the same parts in pieces of any length', async ({ body, expected }) => {
      const cuts = [1, 3, 16].flatMap((size) =>
        Array.from({ length: size }, (_, offset) => cutBody(body, size, offset)),
      )
      const model = createModel(provider, () => cuts.pop() ?? [])
      for (const outcome of await readAll(model, cuts.length)) expect(outcome).toEqual(expected)
    })

    test('short: gives the same parts in two pieces, cut at every byte', async () => {
      const { body, expected } = streams.find(({ name }) => name === 'short') ?? { body: new Uint8Array() }
      const [from, to] = cutRange(body)
      const cuts = Array.from({ length: to - from }, (_, at) => [body.subarray(0, from + at), body.subarray(from + at)])
      expect(cuts.length).toBeGreaterThan(300)
      const model = createModel(provider, () => cuts.pop() ?? [])
      for (const outcome of await readAll(model, cuts.length)) expect(outcome).toEqual(expected)
    })

    test('an incomplete answer is a connection error', async () => {
      const body = loadBody(provider.fixtures, 'text.txt')
      const text = joinText(await collectParts(createModel(provider, () => [body])))
      for (const share of [0, 0.1, 0.4, 0.7]) {
        const chunks = [body.subarray(0, body.length * share)]
        const outcome = await readOutcome(createModel(provider, () => chunks))
        if (!('fails' in outcome)) throw new Error(`Accepted as complete at ${share}`)
        expect(outcome.fails).toBe('connection')
        expect(text.slice(0, joinText(outcome.after).length)).toEqual(joinText(outcome.after))
      }
    })

    test('half of a tool call is not passed on', async () => {
      const body = loadBody(provider.fixtures, 'tool-call.txt')
      for (const share of [0.3, 0.45, 0.6]) {
        const outcome = await readOutcome(createModel(provider, () => [body.subarray(0, body.length * share)]))
        expect(outcome).toEqual({ fails: 'connection', after: [] })
      }
    })

    test('keeps tool names that are properties of objects', async () => {
      const text = new TextDecoder().decode(loadBody(provider.fixtures, 'tool-call.txt'))
      for (const name of ['constructor', 'toString', '__proto__']) {
        const body = new TextEncoder().encode(text.replaceAll('get_weather', name))
        const parts = await collectParts(createModel(provider, () => [body]))
        expect(parts.map((part) => part.type)).toEqual(['tool_call', 'finish'])
        expect(parts[0]).toMatchObject({ name })
      }
    })
  })

  describeModelContract(provider.name, () =>
    createModel(provider, () => cutBody(loadBody(provider.fixtures, 'text.txt'), 100, 0)),
  )
}

/** All of a body, or only the part around its text if the rest is a long preamble: each cut reads the whole body once. */
function cutRange(body: Uint8Array): [from: number, to: number] {
  if (body.length < 1200) return [0, body.length + 1]
  const text = Buffer.from(body).indexOf('👋')
  return [text - 400, text + 400]
}

/** A hundred at a time: enough to use the processor, few enough for the memory. */
async function readAll(model: Model, count: number): Promise<Expectation[]> {
  const outcomes: Expectation[] = []
  while (outcomes.length < count) {
    const batch = Math.min(100, count - outcomes.length)
    outcomes.push(...(await Promise.all(Array.from({ length: batch }, () => readOutcome(model)))))
  }
  return outcomes
}
