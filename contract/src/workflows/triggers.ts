// The operations on triggers of live workflows, and the address that webhooks are sent to.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { Id, Timestamp, named, nullable, oneOf, pageOf, pageQuery } from '../schema.ts'
import { InputData } from './execution-objects.ts'
import {
  executeWorkflows as execute,
  manageWorkflows as manage,
  optional,
  readWorkflows as read,
  repeatable,
  workflowsTag as tag,
} from './objects.ts'
import { fireOutcomes, hookMethods, triggerTypes } from './words.ts'

/** Of a schedule. */
export const shown_times = 5

const triggerPath = Type.Object({ trigger_id: Type.String() })

export const WorkflowFire = named(
  'WorkflowFire',
  Type.Object({
    id: Id,
    at: Timestamp,
    scheduled_at: nullable({ ...Timestamp, description: 'Of a schedule: the time it was for.' }),
    outcome: oneOf(fireOutcomes),
    reason: nullable(Type.String({ description: 'Why it did not start an execution.' })),
    execution_id: nullable(
      Type.String({ description: 'The execution that was started, or of a `duplicate` the first one.' }),
    ),
  }),
)
export type WorkflowFire = Static<typeof WorkflowFire>

export const WorkflowTrigger = named(
  'WorkflowTrigger',
  Type.Object({
    id: Id,
    workflow_id: Id,
    workflow_name: Type.String(),
    version: Type.Integer({ description: 'The live version, or the one that was live last.' }),
    live: Type.Boolean({ description: 'Whether the workflow is live: only then it fires.' }),
    step_id: Type.String(),
    type: oneOf(triggerTypes),
    url: Type.Optional(
      nullable(
        Type.String({
          description: 'Of a webhook: where requests are sent. Absent without `workflows:manage`.',
        }),
      ),
    ),
    cron: nullable(Type.String()),
    timezone: nullable(Type.String()),
    paused: Type.Boolean({ description: 'Times that pass meanwhile are neither missed nor due later.' }),
    next_at: nullable({ ...Timestamp, description: 'Of a schedule that is live and not paused.' }),
    next_times: Type.Optional(
      Type.Array(Timestamp, {
        description: `The next ${shown_times}, \`next_at\` first. Absent in lists and of other triggers.`,
      }),
    ),
    last_fire: nullable(WorkflowFire),
  }),
)
export type WorkflowTrigger = Static<typeof WorkflowTrigger>

export const triggerManagement = {
  listWorkflowTriggers: defineOperation({
    id: 'listWorkflowTriggers',
    method: 'GET',
    path: '/workflow/triggers',
    tag,
    summary: 'List triggers, newest first',
    access: read,
    narrowed: false,
    not_for_views: true,
    audit: false,
    query: Type.Object({
      ...pageQuery,
      workflow_id: Type.Optional(Type.String({ maxLength: 100 })),
      type: Type.Optional(oneOf(triggerTypes)),
      live: Type.Optional(Type.Boolean({ description: 'Whether their workflow is live.' })),
    }),
    success: { status: 200, description: 'A page of triggers.', schema: pageOf(WorkflowTrigger) },
    errors: [],
  }),
  getWorkflowTrigger: defineOperation({
    id: 'getWorkflowTrigger',
    method: 'GET',
    path: '/workflow/triggers/{trigger_id}',
    tag,
    summary: 'Read a trigger',
    access: read,
    narrowed: false,
    not_for_views: true,
    audit: false,
    params: triggerPath,
    success: { status: 200, description: 'The trigger.', schema: WorkflowTrigger },
    errors: ['not_found'],
  }),
  updateWorkflowTrigger: defineOperation({
    id: 'updateWorkflowTrigger',
    method: 'PUT',
    path: '/workflow/triggers/{trigger_id}',
    tag,
    summary: 'Pause a trigger, or end its pause',
    access: manage,
    narrowed: false,
    audit: { target: 'workflow_trigger', id: 'trigger_id', name: 'step_id', secrets: ['url'] },
    params: triggerPath,
    body: Type.Object({ paused: Type.Boolean() }),
    success: { status: 200, description: 'The trigger after the change.', schema: WorkflowTrigger },
    errors: ['not_found'],
  }),
  fireWorkflowTrigger: defineOperation({
    id: 'fireWorkflowTrigger',
    method: 'POST',
    path: '/workflow/triggers/{trigger_id}/fire',
    tag,
    summary: 'Fire a live trigger now',
    description: 'Starts an execution of the live version. A paused trigger fires too; its next time stays.',
    access: execute,
    narrowed: false,
    audit: false,
    params: triggerPath,
    headers: repeatable,
    body: Type.Object({
      input_data: optional({ ...InputData, description: 'The payload. Default `{}`. At most 256 KiB.' }),
    }),
    body_optional: true,
    success: {
      status: 202,
      description: 'The execution is stored and will start.',
      schema: Type.Object({ execution_id: Id, status: Type.Literal('queued') }),
    },
    errors: ['not_found', 'workflow_not_live', 'too_many_executions', 'call_loop'],
  }),
  rotateWorkflowTrigger: defineOperation({
    id: 'rotateWorkflowTrigger',
    method: 'POST',
    path: '/workflow/triggers/{trigger_id}/rotate',
    tag,
    summary: 'Give a webhook a new URL',
    description: 'The old one is 404 at once. Triggers of other types get 422.',
    access: manage,
    narrowed: false,
    audit: { target: 'workflow_trigger', id: 'trigger_id', name: 'step_id', secrets: ['url'] },
    params: triggerPath,
    headers: repeatable,
    success: { status: 200, description: 'The trigger, with its new URL.', schema: WorkflowTrigger },
    errors: ['not_found'],
  }),
  listWorkflowFires: defineOperation({
    id: 'listWorkflowFires',
    method: 'GET',
    path: '/workflow/triggers/{trigger_id}/fires',
    tag,
    summary: 'List the fires of a trigger in the last 30 days, newest first',
    access: read,
    narrowed: false,
    audit: false,
    params: triggerPath,
    query: Type.Object({ ...pageQuery, outcome: Type.Optional(oneOf(fireOutcomes)) }),
    success: { status: 200, description: 'A page of fires.', schema: pageOf(WorkflowFire) },
    errors: ['not_found'],
  }),
}

export const workflowHookOperations = {
  receiveWorkflowHook: defineOperation({
    id: 'receiveWorkflowHook',
    method: 'POST',
    path: '/workflow/hooks/{token}',
    tag,
    summary: 'Start a workflow by a request to the URL of its trigger',
    description:
      'Of the methods that the trigger lists; any other one is 404. A body is JSON, a form or a text of at most 1 MiB. A repeated request answers the first `execution_id` and `duplicate`. A trigger that responds with the result waits 30 seconds for the `output` of the execution, and answers it with 200.',
    access: 'public',
    narrowed: false,
    audit: false,
    changes_nothing: true,
    foreign: { methods: hookMethods },
    params: Type.Object({ token: Type.String({ maxLength: 100 }) }),
    success: {
      status: 202,
      description: 'The execution is stored and will start.',
      schema: Type.Object({ execution_id: Id, duplicate: Type.Optional(Type.Boolean()) }),
    },
    errors: [
      'not_found',
      'hook_signature_invalid',
      'hook_media_type_unsupported',
      'body_too_large',
      'rate_limited',
      'too_many_executions',
      'call_loop',
    ],
  }),
}
