// The available models: the built-in one, those of the server's settings, and those of the organization's own keys.
import type { AuthoringServices } from './services.ts'
import type { Handler } from '../calls/context.ts'
import { defaultModel, listOwnProviders } from '../models/models.ts'

export const listModels: Handler<'listModels', AuthoringServices> = async ({ core, room, store }) => {
  const preset = defaultModel({ ...core, ...room })
  const own = await listOwnProviders(core, store)
  const listed = room.models
    .list()
    .map((model) => (own.has(model.provider) ? { ...model, configured: true, source: 'organization' as const } : model))
    .filter((model) => model.configured)
    .map(({ provider, model, source }) => ({ provider, model, is_default: false, source }))
  const source = listed.find(({ provider }) => provider === preset.provider)?.source ?? 'environment'
  const others = listed.filter(({ provider, model }) => provider !== preset.provider || model !== preset.model)
  return { data: [{ ...preset, is_default: true, source }, ...others] }
}
