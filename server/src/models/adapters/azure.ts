// Azure's models, which are deployments.
import { createAzure } from '@ai-sdk/azure'
import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import { createAiSdkModel } from './ai-sdk-model.ts'
import type { ModelFactory } from '../port.ts'
import type { Fetch } from './provider-client.ts'
import type { azureOptions } from './provider-settings.ts'

export function createAzureModels(
  options: NonNullable<ReturnType<typeof azureOptions>> & { fetch: Fetch },
): ModelFactory {
  const provider = createAzure(options)
  return (id, model) =>
    options.useDeploymentBasedUrls
      ? createAiSdkModel(id, provider.chat(model))
      : createAiSdkModel(id, provider.responses(model), UNSTORED)
}

/** As with OpenAI. */
const UNSTORED: SharedV4ProviderOptions = { openai: { store: false } }
