// `workflow`: runs a workflow, which is stored on the server or defined inline. Stored without effect until the server has workflows.
import { Type } from '../type.ts'
import { JsonObject, nullable } from '../schema.ts'
import { agentBounds } from '../vocabulary.ts'
import { type ActionFault, actionSchema, defineAction, resultName, reservedName } from './define.ts'

const { workflow: bounds } = agentBounds

/** Which workflow runs, with what, and until when: of an action, and of the workflows before and after a conversation. */
export const workflowFields = {
  workflow_id: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: bounds.id,
        description: 'A workflow of the server. Exactly one of `workflow_id` and `definition`, as on AnyReach.',
      }),
    ),
  ),
  workflow_version: Type.Optional(
    Type.Unsafe<string | number | null>({
      type: ['string', 'integer', 'null'],
      maxLength: 200,
      description: 'Of `workflow_id`: a number, its text, `latest` or `live`.',
    }),
  ),
  definition: Type.Optional(
    nullable({ ...JsonObject, description: 'A workflow that is defined here. Stored as sent, and not checked yet.' }),
  ),
  initial_step: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: bounds.step,
        description: 'The id of the step where it begins. Default: the one that fits what starts it.',
      }),
    ),
  ),
  reject_on_error: Type.Optional(
    nullable(
      Type.Boolean({
        description: 'Before a conversation: whether it fails if the workflow does. Default false. From AnyReach.',
      }),
    ),
  ),
  input: Type.Optional(
    nullable({
      ...JsonObject,
      description: 'What the workflow gets; its texts are templates. Default: the arguments of the call.',
    }),
  ),
}

/** One of `workflow_id` and `definition`, not both. */
export function findWorkflowFaults(action: Readonly<Record<string, unknown>>): ActionFault[] {
  const [hasId, hasDefinition] = [action['workflow_id'] != null, action['definition'] != null]
  if (hasId && hasDefinition)
    return [{ field: 'definition', message: 'cannot be combined with workflow_id; remove one' }]
  return hasId || hasDefinition ? [] : [{ field: 'workflow_id', message: 'is required, unless there is a definition' }]
}

const WorkflowAction = actionSchema(
  'WorkflowAction',
  'workflow',
  {
    ...workflowFields,
    save_as: resultName("Saves the workflow's output under this name for later templates. Default: not saved."),
    timeout_seconds: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: bounds.timeout_seconds }))),
  },
  { description: 'Stored, but answers "not available" until the server has workflows.' },
)

export const workflow = defineAction({
  type: 'workflow',
  schema: WorkflowAction,
  templates: ['input'],
  faults: (action, names) => [...findWorkflowFaults(action), ...reservedName('save_as')(action, names)],
  form: [
    { field: 'workflow_id', as: 'text' },
    { field: 'workflow_version', as: 'text' },
    { field: 'definition', as: 'json' },
    { field: 'initial_step', as: 'text' },
    { field: 'input', as: 'json' },
    { field: 'save_as', as: 'code' },
    { field: 'timeout_seconds', as: 'number' },
  ],
})
