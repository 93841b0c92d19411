// The models of one organization: with its own keys, if it has stored some as secrets.
import type { JsonValue } from '../base/json.ts'
import type { Core } from '../calls/core.ts'
import type { Store } from '../database/store.ts'
import { readSecrets } from '../secrets/secrets.ts'
import { type Redactor, createRedactor } from '../secrets/rules/redact.ts'
import type { ModelCatalog } from './catalog.ts'
import { chooseOwnSettings, listKeyNames } from './rules/own-keys.ts'
import type { CallCounter } from '../usage/port.ts'
import type { CountedModel, ModelPart, ModelRequest } from './port.ts'
import { createTracedModel } from './traced-model.ts'
import { type ModelRef, PROVIDERS } from './adapters/provider-settings.ts'

type Part = Pick<Core, 'config' | 'sealers' | 'traces'> & { readonly models: ModelCatalog }

/** The keys are read at each call, so a changed or deleted key is not used again. */
export function modelsOf(services: Part, store: Store): ModelCatalog {
  const { models, config, traces } = services
  return {
    ...models,
    resolve(ref, policy): CountedModel {
      const names = listKeyNames([ref, ...(policy?.fallbacks ?? [])], config)
      if (names.length === 0) return createTracedModel(traces, models.resolve(ref, policy))
      async function* stream(
        request: ModelRequest,
        signal: AbortSignal,
        calls: CallCounter,
      ): AsyncGenerator<ModelPart> {
        const secrets = await readSecrets(services, store, names)
        const model = models.resolve(ref, policy, chooseOwnSettings(config, secrets))
        yield* redactParts(model.stream(request, signal, calls), createRedactor(keysAmong(secrets)))
      }
      return createTracedModel(traces, { id: `${ref.provider}/${ref.model}`, stream })
    },
  }
}

/** The value without the organization's keys for these models, also where JSON has spelled their characters in another way. */
export async function withoutOwnKeys<T>(
  services: Omit<Part, 'models' | 'traces'>,
  store: Store,
  refs: ModelRef[],
  value: T,
): Promise<T> {
  const names = listKeyNames(refs, services.config)
  if (names.length === 0) return value
  const keys = keysAmong(await readSecrets(services, store, names))
  return createRedactor(keys).redactValue(value as JsonValue) as T
}

function keysAmong(secrets: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...secrets].filter(([name]) => name.endsWith('_API_KEY')))
}

/** The providers for which the organization has its own key. */
export async function listOwnProviders(
  services: Omit<Part, 'models' | 'traces'>,
  store: Store,
): Promise<ReadonlySet<string>> {
  const refs = PROVIDERS.map((provider) => ({ provider, model: '' }))
  const secrets = await readSecrets(services, store, listKeyNames(refs, services.config))
  return new Set(Object.keys(chooseOwnSettings(services.config, secrets)))
}

/** A server may send back the key that it was sent. Text that may be the beginning of a key is held back until more has arrived. */
async function* redactParts(parts: AsyncIterable<ModelPart>, redactor: Redactor): AsyncGenerator<ModelPart> {
  let held = ''
  for await (const part of parts) {
    if (part.type === 'text') {
      held += part.text
      // A key that arrives letter by letter is searched for once, not with each letter.
      if (redactor.beginningAtEnd(held) === held.length) continue
      held = redactor.redactText(held)
      const safe = held.length - redactor.beginningAtEnd(held)
      if (safe > 0) yield { type: 'text', text: held.slice(0, safe) }
      held = held.slice(safe)
      continue
    }
    if (held !== '') yield { type: 'text', text: redactor.redactText(held) }
    held = ''
    yield part.type === 'tool_call' ? { ...part, arguments: redactor.redactText(part.arguments) } : part
  }
}
