// The pictures of workflows: the editor with the form of a step, a finished execution, and what has to be there for them.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@parley/sdk'
import type { Page } from 'playwright-core'
import { answerJson, startToolPeer } from '../../../server/test/support/tool-peer.ts'
import { runTexts } from '../../src/workflows/run/texts.ts'
import type { Scene, Screen } from './main.ts'

export interface Shed {
  workflow_id: string
  execution_id: string
}

const steps = (page: Page) => page.getByRole('application').locator('[data-id][role=button]')

export const workflowScreens: readonly Screen[] = [
  {
    name: 'workflows',
    path: () => '/workflows',
    prepare: (page) => page.getByRole('row').nth(4).waitFor(),
    isLive: true,
  },
  {
    name: 'workflow-editor',
    path: ({ workflow_id }) => `/workflows/${workflow_id}?step=gold`,
    prepare: openForm,
    isLive: true,
  },
  {
    name: 'workflow-narrow',
    path: ({ workflow_id }) => `/workflows/${workflow_id}?step=request`,
    prepare: (page) => page.getByRole('textbox').nth(1).waitFor(),
    isLive: true,
    isNarrow: true,
  },
  {
    name: 'workflow-run',
    path: ({ execution_id }) => `/workflows/executions/${execution_id}`,
    prepare: openVisit,
    isLive: true,
  },
]

async function openForm(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'Is it a good customer?' }).waitFor()
  await steps(page).nth(6).waitFor()
}

async function openVisit(page: Page): Promise<void> {
  await steps(page).nth(6).waitFor()
  await page.getByRole('button', { name: /^2\. Tell the CRM/ }).click()
  await page.getByRole('group', { name: runTexts.output, exact: true }).last().waitFor()
}

const definitionFor = (crm: string, agent_id: string) => ({
  nodes: [
    {
      id: 'trigger',
      type: 'trigger',
      name: 'Conversation ends',
      config: { type: 'post_call' },
      next: { default: 'request' },
    },
    {
      ...{ id: 'request', type: 'http', name: 'Tell the CRM', retry: { max_attempts: 3 } },
      config: {
        method: 'POST',
        url: `${crm}/contacts`,
        body: { customer: '{{ trigger.user_id }}', summary: '{{ trigger.summary }}' },
      },
      next: { default: 'gold', error: 'failed' },
    },
    {
      ...{ id: 'gold', type: 'condition', name: 'Is it a good customer?' },
      config: { conditions: [{ name: 'gold', condition: '{{ request.body.tier = "gold" }}' }] },
      next: { gold: 'wait', default: 'done' },
    },
    {
      id: 'wait',
      type: 'wait',
      name: 'Wait two days',
      config: { duration: 2, unit: 'days', resumable: true },
      next: { default: 'ask' },
    },
    {
      ...{ id: 'ask', type: 'app', name: 'Ask for feedback', next: { default: 'done' } },
      config: {
        ...{ connection: 'parley', tool: 'createConversation' },
        arguments: { channel: 'text', agent_id, user_id: '{{ trigger.user_id }}' },
      },
    },
    {
      id: 'done',
      type: 'output',
      name: 'Done',
      config: { output_data: [{ name: 'tier', type: 'string', value: '{{ request.body.tier }}' }] },
    },
    {
      id: 'failed',
      type: 'output',
      name: 'CRM is away',
      config: { output_data: [{ name: 'why', type: 'string', value: '{{ error.message }}' }] },
    },
  ],
})

/** A workflow that is live, and an execution of it after a conversation. */
export async function buildShed({ client, staff }: Scene): Promise<Shed> {
  await using crm = await startToolPeer()
  crm.answer = (_request, response) => answerJson(response, { id: 8112, tier: 'gold' })
  const { agent_id } = staff['Support desk']
  const { id: workflow_id } = await client.createWorkflow({
    ...{ name: 'Feedback after two days', definition: definitionFor(crm.url, agent_id) },
  })
  await client.publishWorkflowVersion({ workflow_id, version: '1' })
  await client.goLiveWorkflowVersion({ workflow_id, version: '1' })
  const { conversation } = await client.createConversation({ channel: 'text', agent_id, user_id: 'ada' })
  await client.endConversation({ conversation_id: conversation.id })
  const execution_id = await untilWaiting(client, workflow_id)
  await client.resumeExecution({ execution_id })
  await untilEnded(client, execution_id)
  const drawn = definitionFor('https://crm.harbourlane.example', agent_id)
  await client.createWorkflowVersion({ workflow_id, definition: drawn })
  await addOthers(client)
  return { workflow_id, execution_id }
}

async function addOthers(client: Client): Promise<void> {
  const others = [
    ['Stock of the week', { type: 'timer', cron: '0 7 * * 1', timezone: 'Europe/Oslo' }],
    ['New orders', { type: 'webhook' }],
    ['Callers of before', { type: 'pre_call' }],
  ] as const
  for (const [name, config] of others) {
    const nodes = [
      { id: 'trigger', type: 'trigger', config, next: { default: 'done' } },
      { id: 'done', type: 'output', config: { output_data: [] } },
    ]
    const { id: workflow_id } = await client.createWorkflow({ name, definition: { nodes } })
    if (config.type === 'pre_call') continue
    await client.publishWorkflowVersion({ workflow_id, version: '1' })
    await client.goLiveWorkflowVersion({ workflow_id, version: '1' })
  }
}

async function untilWaiting(client: Client, workflow_id: string): Promise<string> {
  for (;;) {
    const [first] = (await client.listWorkflowExecutions({ workflow_id, status: ['waiting'] })).data
    if (first) return first.id
    await sleep(200)
  }
}

async function untilEnded(client: Client, execution_id: string): Promise<void> {
  while ((await client.getWorkflowExecution({ execution_id })).finished_at === null) await sleep(200)
}
