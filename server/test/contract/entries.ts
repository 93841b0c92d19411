// The form of an entry in contract.test.ts, and the entries for webhooks, secrets and authoring.
import type { Input, OperationId, authoringOperations, secretOperations, webhookOperations } from '@parley/contract'
import type { Client } from '@parley/sdk'

/** The response to a call about a resource that the caller may not see. */
type Stranger = 'not found' | 'their own'

export interface Entry<Id extends OperationId> {
  /** A valid call, on its own resources. */
  input: () => Input<Id> | Promise<Input<Id>>
  /** For a key of another organization, or a token of another user. */
  outsider: Stranger
  /** For a key of this organization that is narrowed to another agent; absent if such a key can never call it. */
  narrowed?: Stranger
}

type WebhookEntries = { [Id in keyof typeof webhookOperations]: Entry<Id> }

/** No server listens there. */
const endpoint = { url: 'http://127.0.0.1:9/hook', events: ['webhook.test'] }

export function createWebhookEntries(client: () => Client, newConversation: () => Promise<string>): WebhookEntries {
  /** Their number is limited, so each one replaces the previous one. */
  const input = async () => {
    for (const { id } of (await client().listWebhookEndpoints({ limit: 100 })).data) {
      await client().deleteWebhookEndpoint({ webhook_id: id })
    }
    return { webhook_id: (await client().createWebhookEndpoint(endpoint)).id }
  }
  return {
    listWebhookEndpoints: { input: () => ({}), outsider: 'their own' },
    createWebhookEndpoint: { input: () => endpoint, outsider: 'their own' },
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
    setSecret: { input: () => ({ name: 'TOKEN', value: 'hidden' }), outsider: 'their own' },
    listSecrets: { input: () => ({}), outsider: 'their own' },
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
    listModels: { input: () => ({}), outsider: 'their own', narrowed: 'their own' },
  }
}
