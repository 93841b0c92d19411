// Google's models.
import { createGoogle } from '@ai-sdk/google'
import { createAiSdkModel } from './ai-sdk-model.ts'
import type { ModelFactory } from '../port.ts'
import type { Fetch } from './provider-client.ts'

export function createGoogleModels(options: { apiKey: string; baseURL: string; fetch: Fetch }): ModelFactory {
  const provider = createGoogle(options)
  return (id, model) => createAiSdkModel(id, provider.languageModel(model))
}
