// What contract.test.ts knows of the operations of webhooks.
import type { webhookOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'
import { newConversation } from '../conversations/contract.ts'

/** Nothing listens there. */
const endpoint = { url: 'http://127.0.0.1:9/hook', events: ['webhook.test'] }

/** Their number is limited, so each replaces the one before. */
async function input({ client }: World) {
  for (const { id } of (await client.listWebhookEndpoints({ limit: 100 })).data) {
    await client.deleteWebhookEndpoint({ webhook_id: id })
  }
  return { webhook_id: (await client.createWebhookEndpoint(endpoint)).id }
}

export const entries: EntriesOf<typeof webhookOperations> = {
  listWebhookEndpoints: { input: () => ({}), outsider: 'own' },
  createWebhookEndpoint: { input: () => endpoint, outsider: 'own' },
  getWebhookEndpoint: { input, outsider: 'not found' },
  updateWebhookEndpoint: {
    input: async (world) => ({ ...(await input(world)), description: 'Changed' }),
    outsider: 'not found',
  },
  deleteWebhookEndpoint: { input, outsider: 'not found' },
  rotateWebhookSecret: { input, outsider: 'not found' },
  testWebhookEndpoint: { input, outsider: 'not found' },
  listWebhookDeliveries: { input, outsider: 'not found' },
  listConversationDeliveries: {
    input: async (world) => ({ conversation_id: await newConversation(world) }),
    outsider: 'not found',
  },
  redeliverWebhookDelivery: {
    input: async (world) => {
      const webhook = await input(world)
      const { id } = await world.client.testWebhookEndpoint(webhook)
      return { ...webhook, delivery_id: id }
    },
    outsider: 'not found',
  },
  redeliverWebhookDeliveries: {
    input: async (world) => ({ ...(await input(world)), after: '2026-01-01T00:00:00Z' }),
    outsider: 'not found',
  },
}
