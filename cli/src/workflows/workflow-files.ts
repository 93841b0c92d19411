// Workflows as files: what their files hold, and how the server is read and changed.
import type { Client, Output } from '@parley/sdk'
import { faultsOfAnswer, noteReplay } from '../files/answers.ts'
import { keyField, optionalObject, optionalText, textField } from '../files/fields.ts'
import { keyOf, ownMetadata } from '../files/key.ts'
import type { Kind, State, Verdict } from '../files/kind.ts'
import { normalize } from './normalize.ts'
import { renderWorkflow } from './render-workflow.ts'
import type { WorkflowFile } from './workflow.ts'

type ServerWorkflow = Output<'listWorkflows'>['data'][number]

export const workflowFiles: Kind<WorkflowFile, ServerWorkflow> = {
  noun: 'workflow',
  named: ['workflow', 'agent'],
  fields: {
    key: keyField,
    name: textField,
    description: optionalText,
    metadata: optionalObject,
    definition: optionalObject,
  },
  defaults: { description: null, metadata: {}, definition: null },
  judge: () => [],
  own_fields: ['name', 'description', 'metadata'],
  version_fields: ['definition'],
  contentOf: ({ definition }) => definition && normalize(definition),
  render: renderWorkflow,

  list: (client, page) => client.listWorkflows(page),
  get: (client, workflow_id) => client.getWorkflow({ workflow_id }),
  readState,
  check: checkWorkflow,
  create: (client, { name, description }, metadata, repeated) => {
    const { idempotency_key } = repeated
    return client.createWorkflow({ name, description, metadata, idempotency_key }, noteReplay(repeated))
  },
  update: (client, workflow_id, fields) => client.updateWorkflow({ workflow_id, ...fields }),
  createVersion: (client, workflow_id, { definition }, idempotency_key) =>
    client.createWorkflowVersion({ workflow_id, definition, idempotency_key }),
  // Only what was compared, or created here.
  publish: (client, workflow_id, { version, revision }) =>
    client.publishWorkflowVersion({ workflow_id, version: String(version), if_match: String(revision) }),
  goLive: (client, workflow_id, { version, revision }) =>
    client.goLiveWorkflowVersion({ workflow_id, version: String(version), if_match: String(revision) }),
}

async function readState(client: Client, workflow: ServerWorkflow): Promise<State<WorkflowFile>> {
  const { data } = await client.listWorkflowVersions({ workflow_id: workflow.id, limit: 1 })
  const [newest = null] = data
  const { name, description } = workflow
  return {
    resource: workflow,
    definition: {
      key: keyOf(workflow),
      name,
      description,
      metadata: ownMetadata(workflow),
      definition: newest && { ...newest.definition },
    },
    newest: newest && { version: newest.version, revision: newest.revision, status: newest.status },
  }
}

/** What only keeps it from being published. */
const obstacle = 'not_available'

async function checkWorkflow(
  client: Client,
  { definition }: WorkflowFile,
  _metadata: WorkflowFile['metadata'],
  publish: boolean,
): Promise<Verdict> {
  if (definition === null) return { warnings: [], faults: [] }
  try {
    const { problems, warnings } = await client.checkWorkflow({ definition })
    const isObstacle = ({ code }: { code: string }) => !publish && code === obstacle
    const told = problems.filter(isObstacle).map(({ path, message }) => `${path} ${message}`)
    return { warnings: [...warnings, ...told], faults: problems.filter((problem) => !isObstacle(problem)) }
  } catch (error) {
    return { warnings: [], faults: faultsOfAnswer(error) }
  }
}
