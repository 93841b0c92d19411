// What executions of workflows are: the execution, its visits of steps, and its events.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { Id, JsonAny, JsonObject, Timestamp, named, nullable, oneOf } from '../schema.ts'
import { type WorkflowEventType, workflowEventTypes } from '../vocabulary.ts'
import {
  cancelReasons,
  executionErrorCodes,
  executionModes,
  executionStatuses,
  stepTypes,
  triggerTypes,
  visitStatuses,
} from './words.ts'

const sensitive =
  'Needs `workflows:read_sensitive`, and of a conversation also `conversations:read_sensitive`; otherwise absent.'

const errorFields = {
  code: oneOf(executionErrorCodes),
  message: Type.String({ description: 'The field and the reason, for people; never a secret.' }),
}

const StepError = named('WorkflowStepError', Type.Object(errorFields))

export const ExecutionError = named(
  'WorkflowExecutionError',
  Type.Object({
    step_name: Type.String({ description: 'As AnyReach has it.' }),
    message: errorFields.message,
    code: oneOf(
      [...executionErrorCodes, 'cancelled'],
      '`cancelled`: only in the answer of `executeWorkflow`, if the execution was cancelled meanwhile.',
    ),
    step_id: Type.String(),
  }),
)
export type ExecutionError = Static<typeof ExecutionError>

/** What started an execution. Other facts follow from the type. */
export interface ExecutionTrigger {
  type: (typeof triggerTypes)[number]
  trigger_id?: string
  [fact: string]: unknown
}

const Trigger = Type.Unsafe<ExecutionTrigger>({
  ...Type.Object(
    {
      type: oneOf(triggerTypes, '`manual`: a call, unless it was a trigger fired by hand.'),
      trigger_id: Type.Optional(Type.String({ description: 'Of the trigger; absent without one.' })),
      manual: Type.Optional(Type.Boolean({ description: 'A trigger was fired by hand.' })),
      scheduled_at: Type.Optional({ ...Timestamp, description: 'Of a schedule.' }),
    },
    { additionalProperties: true },
  ),
  description: 'What started it. Its payload is in `input_data`.',
})

/** An execution. `input_data` and `output` are absent for callers without the scopes. */
export const WorkflowExecution = named(
  'WorkflowExecution',
  Type.Object({
    execution_id: Id,
    id: Type.String({ description: 'The same as `execution_id`.' }),
    workflow_id: nullable(Type.String({ description: 'Null: it was defined in the call.' })),
    workflow_version: nullable(Type.Integer()),
    status: oneOf(executionStatuses, 'The last three are final.'),
    mode: oneOf(executionModes, '`sync`: a caller waits for its end.'),
    trigger: Trigger,
    input_data: Type.Optional({ ...JsonAny, description: `What it was given. ${sensitive}` }),
    output: Type.Optional({ ...JsonAny, description: `Null unless it succeeded. ${sensitive}` }),
    error: nullable(ExecutionError),
    cancel_reason: nullable(oneOf(cancelReasons)),
    current_step: nullable(
      Type.Object(
        {
          step_id: Type.String(),
          step_name: Type.String(),
          until: nullable({ ...Timestamp, description: 'When it goes on by itself; null: it does not wait.' }),
        },
        { description: 'Null: it has ended.' },
      ),
    ),
    conversation_id: nullable(Type.String()),
    agent_id: nullable(Type.String()),
    is_test: Type.Boolean(),
    retry_of: nullable(Type.String({ description: 'The execution from which it took the outputs of earlier steps.' })),
    started_by: nullable(
      Type.Object(
        { type: Type.String(), id: nullable(Type.String()), name: nullable(Type.String()) },
        { description: 'The caller; null: none.' },
      ),
    ),
    visit_count: Type.Integer({ description: 'Visits of steps so far.' }),
    queued_at: Timestamp,
    started_at: nullable(Timestamp),
    finished_at: nullable(Timestamp),
    duration_ms: nullable(Type.Integer({ description: 'From the start to the end, waits included; null: not ended.' })),
  }),
)
export type WorkflowExecution = Static<typeof WorkflowExecution>

/** One passage of an execution through a step. */
export const WorkflowVisit = named(
  'WorkflowVisit',
  Type.Object({
    position: Type.Integer({ description: '1, 2, 3 … within the execution.' }),
    step_id: Type.String(),
    step_name: Type.String(),
    type: oneOf(stepTypes),
    visit: Type.Integer({ description: 'How often the step was reached, this time included.' }),
    status: oneOf(visitStatuses, 'The last three are final.'),
    branch: nullable(Type.String({ description: 'The branch that a condition chose; null: `default`.' })),
    input: Type.Optional({
      ...JsonAny,
      description: `What the step was given, evaluated and without secrets. ${sensitive}`,
    }),
    output: Type.Optional({ ...JsonAny, description: sensitive }),
    error: nullable(StepError),
    logs: Type.Optional(
      nullable(Type.String({ description: `What code logged, and notes of the server. ${sensitive}` })),
    ),
    attempts: Type.Array(
      Type.Object({
        number: Type.Integer(),
        started_at: Timestamp,
        finished_at: nullable(Timestamp),
        error: nullable(StepError),
      }),
      { description: 'The tries, oldest first.' },
    ),
    effect_sent: Type.Boolean({
      description: 'Whether a request that must not be repeated was perhaps sent in the last attempt.',
    }),
    until: nullable({ ...Timestamp, description: 'When a wait ends, or the next attempt begins.' }),
    resumable: Type.Boolean({ description: 'Whether `resumeExecution` ends its wait.' }),
    started_at: nullable(Timestamp),
    finished_at: nullable(Timestamp),
    input_tokens: nullable(Type.Integer({ description: 'Of models; null: none was asked.' })),
    output_tokens: nullable(Type.Integer()),
  }),
)
export type WorkflowVisit = Static<typeof WorkflowVisit>

const eventData = Type.Object(
  {
    execution_id: Id,
    workflow_id: nullable(Type.String()),
    workflow_version: nullable(Type.Integer()),
    status: Type.String({ description: 'Of the visit or of the execution, after what the event tells of.' }),
    step_id: nullable(Type.String()),
    position: nullable(Type.Integer()),
    attempt: nullable(Type.Integer()),
    error: nullable(Type.Object({ code: Type.String(), message: Type.String() })),
    until: nullable({ ...Timestamp, description: 'When it goes on.' }),
    cancel_reason: nullable(oneOf(cancelReasons)),
    conversation_id: nullable(Type.String()),
    sequence: Type.Optional(
      Type.Integer({ description: 'Only in deliveries: the number of the event within the execution.' }),
    ),
    output: Type.Optional({
      ...JsonAny,
      description:
        'Only in deliveries of `workflow_execution.completed`, to endpoints whose maker had `workflows:read_sensitive`; absent if it has more than 32 KiB.',
    }),
  },
  { description: 'Ids, state, error and times; no payload.' },
)

export interface WorkflowExecutionEvent {
  execution_id: string
  sequence: number
  occurred_at: string
  type: WorkflowEventType
  data: Static<typeof eventData>
}

/** An event of an execution: numbered without holes, in the commit of what it tells of. */
export const WorkflowExecutionEvent = named(
  'WorkflowExecutionEvent',
  Type.Unsafe<WorkflowExecutionEvent>(
    Type.Object({
      execution_id: Id,
      sequence: Type.Integer({ description: '1, 2, 3 … within the execution, without gaps.' }),
      occurred_at: Timestamp,
      type: oneOf(workflowEventTypes),
      data: eventData,
    }),
  ),
)

/** An event of the stream. Its `id` is the event's `sequence`. */
export type WorkflowStreamEvent = {
  [T in WorkflowEventType]: { event: T; id: number; data: WorkflowExecutionEvent }
}[WorkflowEventType]

export const executionStreamData = Object.fromEntries(
  workflowEventTypes.map((type) => [type, WorkflowExecutionEvent]),
) as Record<WorkflowEventType, typeof WorkflowExecutionEvent>

/** Of a step in a test. */
export const StepMock = named(
  'WorkflowStepMock',
  Type.Object(
    {
      output: Type.Optional(JsonAny),
      error: Type.Optional(nullable(StepError)),
    },
    { description: 'What the step answers instead of being carried out: an `output`, or an `error`.' },
  ),
)
export type StepMock = Static<typeof StepMock>

export const InputData = Type.Unsafe<Record<string, unknown>>({
  ...JsonObject,
  description: 'Default `{}`. At most 256 KiB.',
})
