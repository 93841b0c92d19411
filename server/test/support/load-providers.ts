// Tests with a time of their own: it would pass while a provider's package is loaded.
export async function loadProviders(): Promise<void> {
  await Promise.all([
    import('../../src/models/adapters/openai.ts'),
    import('../../src/models/adapters/anthropic.ts'),
    import('../../src/models/adapters/google.ts'),
    import('../../src/models/adapters/azure.ts'),
    import('../../src/models/adapters/chat-model.ts'),
    import('undici'),
  ])
}
