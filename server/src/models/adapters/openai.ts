// OpenAI's models.
import { createOpenAI } from '@ai-sdk/openai'
import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import { createAiSdkModel } from './ai-sdk-model.ts'
import type { ModelFactory } from '../port.ts'
import type { Fetch } from './provider-client.ts'

interface Options {
  apiKey: string
  baseURL: string
  fetch: Fetch
}

export function createResponsesModels(options: Options): ModelFactory {
  const provider = createOpenAI(options)
  return (id, model) => createAiSdkModel(id, provider.responses(model), UNSTORED)
}

/** By `chat/completions`, which knows which models need other parameters. */
export function createCompletionsModels(options: Options): ModelFactory {
  const provider = createOpenAI(options)
  return (id, model) => createAiSdkModel(id, provider.chat(model))
}

/** The Responses API keeps a copy of every conversation unless told otherwise; Parley keeps its own. */
const UNSTORED: SharedV4ProviderOptions = { openai: { store: false } }
