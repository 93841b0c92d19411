// How an answer in JSON is requested from each provider: with its schema, enforced strictly only where providers can.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectParts, joinText } from '../../../test/support/model-contract.ts'
import { PROVIDER_CASES, loadBody } from '../../../test/support/model-fixtures.ts'
import { startProviderHarness, type ProviderHarness } from '../../../test/support/provider-harness.ts'
import type { JsonObject } from '../../base/json.ts'

const strict = {
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
  additionalProperties: false,
} satisfies JsonObject
/** Providers refuse to enforce it strictly: a property is optional. */
const loose = { ...strict, required: [] }

const inChat = (schema: object, isStrict: boolean) => ({
  response_format: { type: 'json_schema', json_schema: { name: 'analysis', schema, strict: isStrict } },
})
const inResponses = (schema: object, isStrict: boolean) => ({
  text: { format: { type: 'json_schema', name: 'analysis', schema, strict: isStrict } },
})
const requested = new Map<string, (schema: object, isStrict: boolean) => object>([
  ['openai', inResponses],
  ["openai with OpenAI's own base URL", inChat],
  ['openai with a base URL', inChat],
  ['openai-compatible', inChat],
  ['anthropic', (schema) => ({ output_config: { format: { type: 'json_schema', schema } } })],
  ['google', (schema) => ({ generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } })],
  ['azure', inResponses],
  ['azure with a dated API version', inChat],
])

let harness: ProviderHarness
beforeAll(async () => {
  harness = await startProviderHarness()
})
afterAll(() => harness[Symbol.asyncDispose]())

test.each(
  PROVIDER_CASES.flatMap((provider) => [strict, loose].map((schema) => [provider.name, schema, provider] as const)),
)('%s: %j', async (name, schema, provider) => {
  const { model, route } = harness.openModel(provider, { chunks: [loadBody(provider.fixtures, 'text.txt')] })
  const output = { name: 'analysis', schema }
  const parts = await collectParts(model, { system: '', messages: [{ role: 'user', text: 'x' }], tools: [], output })
  expect(route.requests[0]?.body).toMatchObject(requested.get(name)!(schema, schema === strict))
  expect(joinText(parts)).not.toBe('')
})
