// What contract.test.ts knows of the operations of workflows. What a call leaves as it was is shared by many of them.
import type { workflowOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'
import {
  connection,
  endExecution,
  goLive,
  hooked,
  makeWorkflow,
  publishWorkflow,
  reachStatus,
  simple,
  startExecution,
  waiting,
} from './fixture.ts'

/** Made once. */
function shared<T>(make: (world: World) => Promise<T>): (world: World) => Promise<T> {
  const made = new WeakMap<World, Promise<T>>()
  return (world) => {
    const known = made.get(world) ?? make(world)
    made.set(world, known)
    return known
  }
}

const published = shared(async ({ client }) => ({ workflow_id: await publishWorkflow(client) }))
const first = async (world: World) => ({ ...(await published(world)), version: '1' })
const drafted = shared(async ({ client }) => ({ workflow_id: await makeWorkflow(client), version: '1' }))
const draft = async ({ client }: World) => ({ workflow_id: await makeWorkflow(client), version: '1' })
const ended = shared(async ({ client }) => ({ execution_id: await endExecution(client) }))

const pausing = shared(async ({ client }) => ({ workflow_id: await publishWorkflow(client, waiting) }))

const hook = shared(async ({ client }) => goLive(client, hooked))
const trigger = async (world: World) => ({ trigger_id: (await hook(world)).trigger_id })
const rotated = async ({ client }: World) => ({ trigger_id: (await goLive(client, hooked)).trigger_id })

/** It waits. */
async function waitingExecution(world: World) {
  const { execution_id } = await world.client.executeWorkflowAsync(await pausing(world))
  await reachStatus(world.client, execution_id, 'waiting')
  return { execution_id }
}

const kept = shared(async ({ client }) => ({ execution_id: await startExecution(client) }))

const known = shared(async ({ client }) => {
  const { id } = await client.createWorkflowConnection({ ...connection, name: 'Known' })
  return { connection_id: id }
})

async function newConnection({ client }: World) {
  const { id } = await client.createWorkflowConnection({ ...connection, name: crypto.randomUUID().slice(0, 8) })
  return { connection_id: id }
}

const hidden = { outsider: 'not found' } as const
const own = { outsider: 'own' } as const

export const entries: EntriesOf<typeof workflowOperations> = {
  listWorkflows: { input: () => ({}), ...own },
  createWorkflow: { input: () => ({ name: 'Workflow', definition: simple }), ...own },
  getWorkflow: { input: published, ...hidden },
  updateWorkflow: { input: async (world) => ({ ...(await published(world)), name: 'Renamed' }), ...hidden },
  deleteWorkflow: { input: async (world) => ({ workflow_id: (await draft(world)).workflow_id }), ...hidden },
  goOfflineWorkflow: { input: published, ...hidden },
  checkWorkflow: { input: () => ({ definition: simple }), ...own },
  getWorkflowDefinitionSchema: { input: () => ({}), ...own },
  listWorkflowVersions: { input: published, ...hidden },
  createWorkflowVersion: { input: async (world) => ({ ...(await published(world)), base_version: 1 }), ...hidden },
  getWorkflowVersion: { input: first, ...hidden },
  updateWorkflowVersion: { input: async (world) => ({ ...(await drafted(world)), definition: simple }), ...hidden },
  deleteWorkflowVersion: { input: draft, ...hidden },
  publishWorkflowVersion: { input: first, ...hidden },
  goLiveWorkflowVersion: { input: first, ...hidden },
  compareWorkflowVersions: {
    input: async (world) => ({ ...(await published(world)), from_version: 1, to_version: 'latest', format: 'json' }),
    ...hidden,
  },
  executeWorkflow: { input: published, ...hidden },
  executeWorkflowAsync: { input: published, ...hidden },
  retryExecution: { input: ended, ...hidden },
  listWorkflowExecutions: { input: () => ({}), ...own },
  getWorkflowExecution: { input: ended, ...hidden },
  listExecutionVisits: { input: ended, ...hidden },
  streamExecutionEvents: { input: ended, ...hidden },
  cancelExecution: { input: kept, ...hidden },
  cancelExecutions: { input: () => ({ status: 'queued', created_before: '2020-01-01T00:00:00Z' }), ...own },
  resumeExecution: { input: waitingExecution, ...hidden },
  listWorkflowConnections: { input: () => ({}), ...own },
  createWorkflowConnection: { input: () => ({ ...connection, name: crypto.randomUUID().slice(0, 8) }), ...own },
  getWorkflowConnection: { input: known, ...hidden },
  updateWorkflowConnection: { input: async (world) => ({ ...(await known(world)), timeout_ms: 5 }), ...hidden },
  listWorkflowTriggers: { input: () => ({}), ...own },
  getWorkflowTrigger: { input: trigger, ...hidden },
  updateWorkflowTrigger: { input: async (world) => ({ ...(await trigger(world)), paused: false }), ...hidden },
  fireWorkflowTrigger: { input: trigger, ...hidden },
  rotateWorkflowTrigger: { input: rotated, ...hidden },
  listWorkflowFires: { input: trigger, ...hidden },
  receiveWorkflowHook: { input: async (world) => ({ token: (await hook(world)).token }), ...own },
  deleteWorkflowConnection: { input: newConnection, ...hidden },
  listWorkflowConnectionTools: { input: newConnection, ...hidden },
  evaluateExpression: { input: () => ({ expression: '{{ 1 + 1 }}' }), ...own },
  generateExpression: { input: () => ({ description: 'The city.', kind: 'expression' }), ...own },
}
