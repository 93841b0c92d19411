// The models that can be named: of the server itself, of its settings, and of the organization's own keys.
import type { Handler } from '../calls/context.ts'
import { defaultModel, listOwnProviders } from '../models/models.ts'

export const listModels: Handler<'listModels'> = async ({ services, store }) => {
  const preset = defaultModel(services)
  const own = await listOwnProviders(services, store)
  const listed = services.models
    .list()
    .map((model) => (own.has(model.provider) ? { ...model, configured: true, source: 'organization' as const } : model))
    .filter((model) => model.configured)
    .map(({ provider, model, source }) => ({ provider, model, is_default: false, source }))
  const source = listed.find(({ provider }) => provider === preset.provider)?.source ?? 'environment'
  const others = listed.filter(({ provider, model }) => provider !== preset.provider || model !== preset.model)
  return { data: [{ ...preset, is_default: true, source }, ...others] }
}
