// Models of every provider that call a local provider server through the adapters' own HTTP client.
import { expect } from 'vitest'
import { ModelError, type Model, type ModelPart, type ModelRequest } from '../../src/models/port.ts'
import { openProviderClient } from '../../src/models/adapters/provider-client.ts'
import { createModelProviders, type ModelProviders } from '../../src/models/adapters/providers.ts'
import { redirectFetch, TEST_KEY, type ProviderCase } from './model-fixtures.ts'
import { startProviderServer, type ProviderAnswer, type ProviderRoute, type ProviderServer } from './provider-server.ts'

export interface ProviderHarness extends AsyncDisposable {
  server: ProviderServer
  /** A model whose provider sends this response to every request. */
  openModel(provider: ProviderCase, answer: ProviderAnswer): { model: Model; route: ProviderRoute }
}

export async function startProviderHarness(): Promise<ProviderHarness> {
  const server = await startProviderServer()
  const client = openProviderClient()
  const opened: ModelProviders[] = []
  return {
    server,
    openModel(provider, answer) {
      const route = server.addRoute(answer)
      const providers =
        provider.origin === undefined
          ? createModelProviders(provider.settings(route.base_url))
          : createModelProviders(provider.settings(), {
              client: { ...client, fetch: redirectFetch(client.fetch, provider.origin, route.base_url) },
            })
      opened.push(providers)
      return { model: providers.createModel(provider.ref), route }
    },
    async [Symbol.asyncDispose]() {
      for (const providers of opened) await providers[Symbol.asyncDispose]()
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Part of every prompt whose call fails, and of no error. */
export const SECRET_PROMPT = 'the prompt that no error may repeat'

/** The error of a call that must fail, and the parts before it. */
export async function catchError(model: Model): Promise<{ error: ModelError; parts: ModelPart[] }> {
  const request: ModelRequest = { system: SECRET_PROMPT, messages: [{ role: 'user', text: SECRET_PROMPT }], tools: [] }
  const parts: ModelPart[] = []
  try {
    for await (const part of model.stream(request, new AbortController().signal)) parts.push(part)
  } catch (error) {
    if (error instanceof ModelError) return { error, parts }
    throw error
  }
  throw new Error('The call did not fail')
}

/** The error names its model, and contains nothing of the key, the prompt, the headers or the provider's response. */
export function expectSafe(error: ModelError, model: Model, answered: Uint8Array = new Uint8Array()): void {
  expect(error.model).toBe(model.id)
  expect(error.message).toContain(`Model ${model.id}: `)
  // Includes the message, the stack and every property, also hidden ones and causes.
  const properties = Object.getOwnPropertyNames(error).map((name) => String(error[name as keyof ModelError]))
  const text = properties.join('\n')
  expect(error.cause).toBeUndefined()
  for (const secret of [TEST_KEY, SECRET_PROMPT, 'api-key', 'x-goog', 'Bearer']) expect(text).not.toContain(secret)
  for (const [, message = ''] of new TextDecoder().decode(answered).matchAll(/"message": ?"([^"]+)"/g)) {
    expect(text).not.toContain(message)
  }
}
