// What the table of contract.test.ts says of an operation, and the parts of it that are about webhooks, secrets and authoring.
import type { Input, OperationId, authoringOperations, secretOperations, webhookOperations } from '@parley/contract'
import type { Client } from '@parley/sdk'

/** What someone who may not see the first organization's resources is answered to a call that names one. */
type Stranger = 'not found' | 'his own'

export interface Entry<Id extends OperationId> {
  /** A call that works, on resources of its own. */
  input: () => Input<Id> | Promise<Input<Id>>
  /** To a key of another organization, or a token of another user. */
  outsider: Stranger
  /** To a key of this organization that is narrowed to another agent; left out where such a key has no business at all. */
  narrowed?: Stranger
}

type WebhookEntries = { [Id in keyof typeof webhookOperations]: Entry<Id> }

/** Nobody listens there. */
const endpoint = { url: 'http://127.0.0.1:9/hook', events: ['webhook.test'] }

export function createWebhookEntries(client: () => Client, newConversation: () => Promise<string>): WebhookEntries {
  /** There may be only so many: each takes the place of the one before. */
  const input = async () => {
    for (const { id } of (await client().listWebhookEndpoints({ limit: 100 })).data) {
      await client().deleteWebhookEndpoint({ webhook_id: id })
    }
    return { webhook_id: (await client().createWebhookEndpoint(endpoint)).id }
  }
  return {
    listWebhookEndpoints: { input: () => ({}), outsider: 'his own' },
    createWebhookEndpoint: { input: () => endpoint, outsider: 'his own' },
    getWebhookEndpoint: { input, outsider: 'not found' },
    updateWebhookEndpoint: {
      input: async () => ({ ...(await input()), description: 'Changed' }),
      outsider: 'not found',
    },
    deleteWebhookEndpoint: { input, outsider: 'not found' },
    rotateWebhookSecret: { input, outsider: 'not found' },
    testWebhookEndpoint: { input, outsider: 'not found' },
    listWebhookDeliveries: { input, outsider: 'not found' },
    listConversationDeliveries: {
      input: async () => ({ conversation_id: await newConversation() }),
      outsider: 'not found',
    },
    redeliverWebhookDelivery: {
      input: async () => {
        const webhook = await input()
        const { id } = await client().testWebhookEndpoint(webhook)
        return { ...webhook, delivery_id: id }
      },
      outsider: 'not found',
    },
    redeliverWebhookDeliveries: {
      input: async () => ({ ...(await input()), after: '2026-01-01T00:00:00Z' }),
      outsider: 'not found',
    },
  }
}

type SecretEntries = { [Id in keyof typeof secretOperations]: Entry<Id> }

export function createSecretEntries(client: () => Client): SecretEntries {
  return {
    setSecret: { input: () => ({ name: 'TOKEN', value: 'hidden' }), outsider: 'his own' },
    listSecrets: { input: () => ({}), outsider: 'his own' },
    deleteSecret: {
      input: async () => ({ name: (await client().setSecret({ name: 'GONE', value: 'hidden' })).name }),
      outsider: 'not found',
    },
  }
}

type AuthoringEntries = { [Id in keyof typeof authoringOperations]: Entry<Id> }
type Draft = { agent_id: string; version: string }

export function createAuthoringEntries(client: () => Client, newDraft: () => Promise<Draft>): AuthoringEntries {
  return {
    compareAgentVersions: {
      input: async () => ({ agent_id: (await newDraft()).agent_id, from_version: 1, to_version: 'latest' }),
      outsider: 'not found',
      narrowed: 'not found',
    },
    generateAgentInstructions: {
      input: async () => {
        const draft = await newDraft()
        await client().updateAgentVersion({ ...draft, instruction_builder_inputs: { goal: 'Sell tea.' } })
        return draft
      },
      outsider: 'not found',
      narrowed: 'not found',
    },
    listModels: { input: () => ({}), outsider: 'his own', narrowed: 'his own' },
  }
}
