// The face of models: the port that all of them implement, the models of the server and of an organization, and the collected
// answer.
// Other rooms import only this file.
export { type ModelCatalog, createModelCatalog } from './catalog.ts'
export { type ModelAnswer, collectAnswer } from './collect.ts'
export { answerWithDemo } from './demo-answers.ts'
export { DEMO_MODEL_ID, DEMO_PROVIDER, compareWithDemo, instructWithDemo, summarizeWithDemo } from './demo.ts'
export { defaultModel, modelOf, samplingOf, toRefusal } from './model-of.ts'
export { listOwnProviders, modelsOf, withoutOwnKeys } from './organization-models.ts'
export { type FinishReason, ModelError, type ModelMessage, type ModelRequest, type ModelToolResult } from './port.ts'
export { type Fetch, openProviderClient } from './adapters/provider-client.ts'
export { toModelError } from './adapters/provider-errors.ts'
export { type ProviderSettings, azureOptions, isOpenAiHost, provider_urls } from './adapters/provider-settings.ts'
