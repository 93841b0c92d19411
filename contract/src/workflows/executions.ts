// The operations on executions of workflows.
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { Id, JsonAny, nullable, oneOf, pageOf, pageQuery, timestampFilter, uuidText } from '../schema.ts'
import {
  ExecutionError,
  InputData,
  StepMock,
  WorkflowExecution,
  WorkflowVisit,
  executionStreamData,
} from './execution-objects.ts'
import {
  SentDefinition,
  executeWorkflows as execute,
  optional,
  readWorkflows as read,
  repeatable,
  sentDefinitionText,
  workflowsTag as tag,
} from './objects.ts'
import {
  executionStatuses,
  openExecutionStatuses,
  triggerTypes,
  workflowBounds,
  workflowRecordBounds as bounds,
} from './words.ts'

const executionPath = Type.Object({ execution_id: Type.String() })

const stepId = (description: string) => Type.String({ minLength: 1, maxLength: workflowBounds.id, description })

const version = (description: string) =>
  optional(
    Type.Unsafe<number | string>({
      description,
      anyOf: [
        { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
        { type: 'string', pattern: '^(latest|live|[1-9][0-9]{0,9})$' },
      ],
    }),
  )

const mocks = Type.Unsafe<Record<string, StepMock>>({
  type: 'object',
  maxProperties: bounds.mocks,
  additionalProperties: StepMock,
  description: 'By step id.',
})

const Test = Type.Object(
  {
    mocks: optional(mocks),
    stop_after: optional(stepId('It ends with this step, as a success with its output.')),
    skip_waits: optional(Type.Boolean({ description: 'Waits end at once. Default false.' })),
  },
  {
    description:
      'A test: counts nowhere, and takes drafts too. Steps without a mock are carried out with all their effects. Needs `workflows:manage` (403).',
  },
)

const executionFields = {
  workflow_id: optional(Type.String({ minLength: 1, maxLength: 200 })),
  workflow_version: version(
    'A number, its text, `latest` (the newest published version) or `live`. Default: the live version, else the newest published one.',
  ),
  input_data: optional(InputData),
  initial_step: optional(
    stepId('An entry, or any other step. Default: the trigger `manual`, the first input, or the only entry.'),
  ),
  definition: optional({
    ...SentDefinition,
    description: `Instead of \`workflow_id\`: executed and stored with the execution only. Needs \`workflows:manage\` (403). ${sentDefinitionText}`,
  }),
  test: optional(Test),
}

const sending =
  'Needs exactly one of `workflow_id` and `definition`. 422 names the fields of `input_data` that are missing or have a wrong type; nothing is stored then. An answer with `execution_id` says that the execution is stored.'

const cannotStart = ['not_found', 'workflow_not_published', 'too_many_executions', 'call_loop'] as const

const queued = Type.Object({ execution_id: Id, status: Type.Literal('queued') })

export const executionStarts = {
  executeWorkflow: defineOperation({
    id: 'executeWorkflow',
    method: 'POST',
    path: '/workflow/workflow-executions',
    tag,
    summary: 'Execute a workflow and wait for its end',
    description: `${sending} Waits ${bounds.sync_seconds} seconds from acceptance; then the execution fails with \`timed_out\`. A client that goes away does not stop it. An execution that fails is a 200, and its idempotency key answers it again.`,
    access: execute,
    narrowed: false,
    audit: false,
    waits: true,
    headers: repeatable,
    body: Type.Object(executionFields),
    success: {
      status: 200,
      description: 'The execution has ended.',
      schema: Type.Union([
        Type.Object({ status: Type.Literal('success'), execution_id: Id, output: JsonAny }),
        Type.Object({ status: Type.Literal('failed'), execution_id: Id, error: ExecutionError }),
      ]),
    },
    errors: [...cannotStart, 'unavailable'],
  }),
  executeWorkflowAsync: defineOperation({
    id: 'executeWorkflowAsync',
    method: 'POST',
    path: '/workflow/workflow-executions/async',
    tag,
    summary: 'Execute a workflow',
    description: sending,
    access: execute,
    narrowed: false,
    audit: false,
    waits: true,
    headers: repeatable,
    body: Type.Object(executionFields),
    success: { status: 202, description: 'The execution is stored and will start.', schema: queued },
    errors: cannotStart,
  }),
  retryExecution: defineOperation({
    id: 'retryExecution',
    method: 'POST',
    path: '/workflow/workflow-executions/{execution_id}/retry',
    tag,
    summary: 'Execute a workflow again from a step of an earlier execution',
    description:
      'A new execution takes the outputs of the visits before that step. 422 names steps of these visits that the version does not have.',
    access: execute,
    narrowed: false,
    audit: false,
    params: executionPath,
    headers: repeatable,
    body: Type.Object({
      from_step: optional(
        Type.Unsafe<number | string>({
          description:
            'The position of a visit, or the id of a step: its last visit. Default: the visit that failed, else the last one.',
          anyOf: [
            { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
            { type: 'string', minLength: 1, maxLength: workflowBounds.id },
          ],
        }),
      ),
      version: version('A published version of the same workflow, as `workflow_version`. Default: the same version.'),
    }),
    body_optional: true,
    success: { status: 202, description: 'The new execution is stored and will start.', schema: queued },
    errors: [...cannotStart, 'execution_active', 'content_purged'],
  }),
}

export const executionManagement = {
  listWorkflowExecutions: defineOperation({
    id: 'listWorkflowExecutions',
    method: 'GET',
    path: '/workflow/workflow-executions',
    tag,
    summary: 'List executions, newest first',
    access: read,
    narrowed: false,
    audit: false,
    query: Type.Object({
      ...pageQuery,
      workflow_id: Type.Optional(Type.String({ maxLength: 100 })),
      version: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Only with `workflow_id`.' }),
      ),
      status: Type.Optional(
        Type.Array(oneOf(executionStatuses), {
          maxItems: executionStatuses.length,
          description: 'Can be repeated: any of them.',
        }),
      ),
      trigger_type: Type.Optional(oneOf(triggerTypes)),
      conversation_id: Type.Optional(Type.String({ maxLength: 100 })),
      is_test: Type.Optional(Type.Boolean({ description: 'Only tests, or only others. Default false.' })),
      created_after: timestampFilter('Of `queued_at`, inclusive.'),
      created_before: timestampFilter('Of `queued_at`, inclusive.'),
    }),
    success: { status: 200, description: 'A page of executions.', schema: pageOf(WorkflowExecution) },
    errors: [],
  }),
  getWorkflowExecution: defineOperation({
    id: 'getWorkflowExecution',
    method: 'GET',
    path: '/workflow/workflow-executions/{execution_id}',
    tag,
    summary: 'Read an execution',
    access: read,
    narrowed: false,
    audit: false,
    params: executionPath,
    success: { status: 200, description: 'The execution.', schema: WorkflowExecution },
    errors: ['not_found'],
  }),
  listExecutionVisits: defineOperation({
    id: 'listExecutionVisits',
    method: 'GET',
    path: '/workflow/workflow-executions/{execution_id}/steps',
    tag,
    summary: 'List the visits of an execution, oldest first',
    access: read,
    narrowed: false,
    audit: false,
    params: executionPath,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of visits.', schema: pageOf(WorkflowVisit) },
    errors: ['not_found'],
  }),
  streamExecutionEvents: defineOperation({
    id: 'streamExecutionEvents',
    method: 'GET',
    path: '/workflow/workflow-executions/{execution_id}/events',
    tag,
    summary: "Stream an execution's events until it ends",
    description:
      'Every event comes once and in order, with its number as the `id`; by default the stream begins with the first event, and closes after the last one. A client that resumes gets later events; if there can be none, the response is 204. A client that reads too slowly is disconnected and can resume.',
    access: read,
    narrowed: false,
    audit: false,
    params: executionPath,
    query: Type.Object({
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          description:
            'The number of the last event that the client has seen. `Last-Event-ID` takes precedence. A number beyond the last event is refused (422).',
        }),
      ),
    }),
    headers: Type.Object({
      last_event_id: Type.Optional(
        Type.String({ pattern: '^\\d{0,15}$', description: '`EventSource` sends it when it reconnects.' }),
      ),
    }),
    success: { status: 200, description: 'Server-sent events.' },
    answer: { kind: 'events', data: executionStreamData },
    errors: ['not_found', 'too_many_streams'],
  }),
  cancelExecution: defineOperation({
    id: 'cancelExecution',
    method: 'POST',
    path: '/workflow/workflow-executions/{execution_id}/cancel',
    tag,
    summary: 'Cancel an execution',
    description:
      'Final when it is answered: no request of the execution starts after it, and one in flight is aborted. An execution that has ended is returned unchanged.',
    access: execute,
    narrowed: false,
    audit: false,
    params: executionPath,
    headers: repeatable,
    success: { status: 200, description: 'The execution.', schema: WorkflowExecution },
    errors: ['not_found'],
  }),
  cancelExecutions: defineOperation({
    id: 'cancelExecutions',
    method: 'POST',
    path: '/workflow/workflow-executions/cancel',
    tag,
    summary: 'Cancel many executions, oldest first',
    description: `At most ${bounds.cancelled} a call.`,
    access: execute,
    narrowed: false,
    audit: false,
    in_parts: true,
    headers: repeatable,
    body: Type.Object({
      workflow_id: optional(uuidText('Default: of all workflows.')),
      status: optional(oneOf(openExecutionStatuses, 'Default: all that have not ended.')),
      created_before: optional(
        Type.String({ format: 'date-time', description: 'Latest `queued_at`, inclusive. Default: now.' }),
      ),
    }),
    success: {
      status: 200,
      description: 'How many were cancelled.',
      schema: Type.Object({
        cancelled: Type.Integer(),
        continue_after: nullable(
          Type.String({
            format: 'date-time',
            description: 'If set, there may be more, from this `queued_at` on: send the same request again.',
          }),
        ),
      }),
    },
    errors: [],
  }),
  resumeExecution: defineOperation({
    id: 'resumeExecution',
    method: 'POST',
    path: '/workflow/workflow-executions/{execution_id}/resume',
    tag,
    summary: 'End a resumable wait of an execution',
    description: 'Of several calls at once one wins; the others get 409.',
    access: execute,
    narrowed: false,
    audit: false,
    params: executionPath,
    headers: repeatable,
    body: Type.Object({
      data: Type.Optional({ ...JsonAny, description: 'Is `data` in the output of the wait. At most 256 KiB.' }),
    }),
    body_optional: true,
    success: { status: 200, description: 'The execution, which goes on.', schema: WorkflowExecution },
    errors: ['not_found', 'execution_not_waiting'],
  }),
}
