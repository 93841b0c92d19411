// The operations on the versions of a workflow.
import { Type } from '../type.ts'
import { VersionComparison } from '../authoring.ts'
import { defineOperation } from '../operation.ts'
import { idempotencyHeader, oneOf, pageOf, pageQuery } from '../schema.ts'
import {
  SentDefinition,
  WorkflowVersion,
  allowIncomplete,
  ifMatch,
  manageWorkflows as manage,
  optional,
  readWorkflows as read,
  repeatable,
  workflowPath,
  workflowsTag as tag,
} from './objects.ts'
import { versionStatuses } from './words.ts'

const most = 2_147_483_647

export const workflowVersionPath = Type.Object({
  workflow_id: Type.String(),
  version: Type.String({
    description: 'A number; `latest`: the version with the highest number; `live`: the one that is live.',
  }),
})

const versionChoice = (description: string) =>
  Type.Unsafe<number | string>({
    description,
    anyOf: [
      { type: 'integer', minimum: 1, maximum: most },
      { type: 'string', pattern: '^(latest|live|[1-9][0-9]{0,9})$' },
    ],
  })

const changing = Type.Object({ ...idempotencyHeader, ...ifMatch })

export const workflowVersionManagement = {
  listWorkflowVersions: defineOperation({
    id: 'listWorkflowVersions',
    method: 'GET',
    path: '/workflow/workflows/{workflow_id}/versions',
    tag,
    summary: 'List the versions of a workflow, newest first',
    access: read,
    narrowed: false,
    audit: false,
    params: workflowPath,
    query: Type.Object({ ...pageQuery, status: Type.Optional(oneOf(versionStatuses)) }),
    success: { status: 200, description: 'A page of versions.', schema: pageOf(WorkflowVersion) },
    errors: ['not_found'],
  }),
  createWorkflowVersion: defineOperation({
    id: 'createWorkflowVersion',
    method: 'POST',
    path: '/workflow/workflows/{workflow_id}/versions',
    tag,
    summary: 'Create a draft version',
    description: 'Needs exactly one of `definition` and `base_version`.',
    access: manage,
    narrowed: false,
    audit: { target: 'workflow', id: 'workflow_id', part: { as: 'versions', id: 'version' }, by_itself: true },
    cost: 4,
    waits: true,
    params: workflowPath,
    headers: repeatable,
    body: Type.Object({
      definition: optional(SentDefinition),
      base_version: optional(Type.Integer({ minimum: 1, maximum: most, description: 'The version to copy.' })),
      allow_incomplete: allowIncomplete,
    }),
    success: { status: 200, description: 'The draft.', schema: WorkflowVersion },
    errors: ['not_found', 'too_many_workflow_versions'],
  }),
  getWorkflowVersion: defineOperation({
    id: 'getWorkflowVersion',
    method: 'GET',
    path: '/workflow/workflows/{workflow_id}/versions/{version}',
    tag,
    summary: 'Read a version of a workflow',
    access: read,
    narrowed: false,
    audit: false,
    params: workflowVersionPath,
    success: { status: 200, description: 'The version.', schema: WorkflowVersion },
    errors: ['not_found'],
  }),
  updateWorkflowVersion: defineOperation({
    id: 'updateWorkflowVersion',
    method: 'PUT',
    path: '/workflow/workflows/{workflow_id}/versions/{version}',
    tag,
    summary: 'Replace the definition of a draft version',
    access: manage,
    narrowed: false,
    audit: { target: 'workflow', id: 'workflow_id', part: { as: 'versions', id: 'version' }, by_itself: true },
    cost: 4,
    params: workflowVersionPath,
    headers: Type.Object(ifMatch),
    body: Type.Object({ definition: SentDefinition, allow_incomplete: allowIncomplete }),
    success: { status: 200, description: 'The draft after the change.', schema: WorkflowVersion },
    errors: ['not_found', 'version_published', 'revision_mismatch'],
  }),
  deleteWorkflowVersion: defineOperation({
    id: 'deleteWorkflowVersion',
    method: 'DELETE',
    path: '/workflow/workflows/{workflow_id}/versions/{version}',
    tag,
    summary: 'Delete a draft version',
    description: 'Its number is not used again. Executions that tested it stay readable.',
    access: manage,
    narrowed: false,
    audit: { target: 'workflow', id: 'workflow_id', part: { as: 'versions', id: 'version' } },
    params: workflowVersionPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found', 'version_published'],
  }),
  publishWorkflowVersion: defineOperation({
    id: 'publishWorkflowVersion',
    method: 'POST',
    path: '/workflow/workflows/{workflow_id}/versions/{version}/publish',
    tag,
    summary: 'Publish a version of a workflow',
    description:
      'A published version can no longer change, and can be executed. Its triggers do not fire until it goes live. 422 lists every problem. Publishing it again has no effect. A version whose steps use tools of the connection `parley` needs the scopes of these tools (403).',
    access: manage,
    narrowed: false,
    audit: { target: 'workflow', id: 'workflow_id', part: { as: 'versions', id: 'version' }, by_itself: true },
    cost: 4,
    waits: true,
    params: workflowVersionPath,
    headers: changing,
    success: { status: 200, description: 'The version.', schema: WorkflowVersion },
    errors: ['not_found', 'revision_mismatch'],
  }),
  goLiveWorkflowVersion: defineOperation({
    id: 'goLiveWorkflowVersion',
    method: 'POST',
    path: '/workflow/workflows/{workflow_id}/versions/{version}/go-live',
    tag,
    summary: 'Start the triggers of a published version',
    description:
      'In one commit they replace those of the version that was live. A trigger with the same step id keeps its URL and its next time. Going live again has no effect.',
    access: manage,
    narrowed: false,
    audit: { target: 'workflow', id: 'workflow_id', part: { as: 'versions', id: 'version' } },
    params: workflowVersionPath,
    headers: changing,
    success: { status: 200, description: 'The version, which is live.', schema: WorkflowVersion },
    errors: ['not_found', 'workflow_not_published', 'revision_mismatch', 'trigger_conflict'],
  }),
  compareWorkflowVersions: defineOperation({
    id: 'compareWorkflowVersions',
    method: 'POST',
    path: '/workflow/workflows/{workflow_id}/versions/compare',
    tag,
    summary: 'Compare the definitions of two versions',
    description:
      'The response is a streamed text written by the default model; with `?format=json` it is the exact difference, without a model. If the text is incomplete, the connection ends with an error. Changes nothing.',
    access: read,
    narrowed: false,
    audit: false,
    changes_nothing: true,
    cost: 10,
    params: workflowPath,
    query: Type.Object({ format: Type.Optional(oneOf(['text', 'json'] as const, 'Default `text`.')) }),
    body: Type.Object({
      from_version: versionChoice('A number, its text, `latest` or `live`.'),
      to_version: versionChoice('Same as `from_version`.'),
    }),
    answer: { kind: 'text', says: 'A summary of the differences, at most 20,000 characters.' },
    success: { status: 200, description: 'The comparison.', schema: VersionComparison },
    errors: ['not_found', 'budget_exceeded', 'model_failed', 'model_timed_out', 'unavailable'],
  }),
}
