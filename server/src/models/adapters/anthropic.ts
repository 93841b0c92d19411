// Anthropic's models.
import { createAnthropic } from '@ai-sdk/anthropic'
import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import { createAiSdkModel } from './ai-sdk-model.ts'
import type { ModelFactory } from '../port.ts'
import type { Fetch } from './provider-client.ts'

export function createAnthropicModels(options: { apiKey: string; baseURL: string; fetch: Fetch }): ModelFactory {
  const provider = createAnthropic(options)
  return (id, model) => createAiSdkModel(id, provider.languageModel(model), WHOLE_ARGUMENTS)
}

/** Anthropic then checks a call's arguments before it sends them, which it does not do if it streams them at once. */
const WHOLE_ARGUMENTS: SharedV4ProviderOptions = { anthropic: { toolStreaming: false } }
