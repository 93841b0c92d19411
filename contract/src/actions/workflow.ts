// `workflow`: executes a workflow, which is stored on the server or defined inline, and waits for its output.
import { Type } from '../type.ts'
import { JsonObject, nullable } from '../schema.ts'
import { agentBounds } from '../agent-words.ts'
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
      description:
        'Of `workflow_id`: a number, its text, `latest` (the newest published version) or `live`. Default: the live version, else the newest published one. The one is used that is there when it is needed.',
    }),
  ),
  definition: Type.Optional(
    nullable({
      ...JsonObject,
      description:
        'A workflow that is defined here. Its problems are warnings of the agent version, and errors when it is used.',
    }),
  ),
  initial_step: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: bounds.step,
        description:
          'The id of the step where it begins. Default: `trigger` in a definition, else the trigger that fits what starts it, else the first input.',
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
      description:
        'What the workflow gets; its texts are templates. Default: the arguments of the call; around a conversation, facts of it.',
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
    save_as: resultName(
      'Saves the output under this name for later templates. Default: its fields are names of their own.',
    ),
    timeout_seconds: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: bounds.timeout_seconds,
          description:
            "Of the execution, which is cancelled then. Default, and at most: the tool's time, up to 60 seconds.",
        }),
      ),
    ),
  },
  {
    description:
      'Executes a workflow and waits for its output. It is cancelled when the turn ends or its time is over. If the server stops, the turn goes on with the same execution.',
  },
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
