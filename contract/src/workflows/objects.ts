// The resources of workflows: the workflow and its versions.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { Id, JsonObject, Timestamp, describedBy, idempotencyHeader, named, nullable, oneOf } from '../schema.ts'
import { WorkflowDefinition, WorkflowProblem } from './definition.ts'
import { versionStatuses, workflowBounds, workflowRecordBounds as bounds } from './words.ts'

export const workflowsTag = 'Workflows'
export const readWorkflows = ['workflows:read', 'workflows:manage'] as const
export const manageWorkflows = ['workflows:manage'] as const
export const executeWorkflows = ['workflows:execute', 'workflows:manage'] as const

export const workflowPath = Type.Object({ workflow_id: Type.String() })

export const ifMatch = {
  if_match: Type.Optional(
    Type.String({
      maxLength: 64,
      description:
        'The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412.',
    }),
  ),
}

/** Headers of a POST. */
export const repeatable = Type.Object(idempotencyHeader)

export const optional = <T extends Parameters<typeof nullable>[0]>(schema: T) => Type.Optional(nullable<T>(schema))

export const workflowFieldsOfRecord = {
  name: Type.String({ minLength: 1, maxLength: bounds.name, pattern: '\\S', description: 'Not unique.' }),
  description: nullable(Type.String({ maxLength: bounds.description })),
  metadata: JsonObject,
}

export const sentDefinitionText = `As \`WorkflowDefinition\`. Other forms are accepted and stored in that one: \`steps\` for \`nodes\`; steps by id instead of a list; \`edges\` or \`connections\` (\`[{source, target, sourceHandle}]\`, or \`from\` and \`to\`) for \`next\`; \`next\` as a text; \`data\` or \`parameters\` for \`config\`; \`label\` for \`name\`. At most ${workflowBounds.definition_bytes / 1024} KiB, ${workflowBounds.steps} steps and ${workflowBounds.expressions} expressions.`

/** A definition as clients send it. */
export const SentDefinition = Type.Unsafe<WorkflowDefinition | Record<string, unknown>>({
  ...JsonObject,
  description: sentDefinitionText,
})

export const allowIncomplete = optional(
  Type.Boolean({
    description:
      'Whether a draft is stored that meets the schema and still has `problems`. It can be neither published nor executed. Default false: 422 lists every problem.',
  }),
)

export const WorkflowStatistics = named(
  'WorkflowStatistics',
  Type.Object(
    {
      success: Type.Integer(),
      failed: Type.Integer(),
      cancelled: Type.Integer(),
      average_duration: nullable(
        Type.Number({ description: 'Average seconds from the start to the end; null without any.' }),
      ),
      last_day: Type.Object(
        { success: Type.Integer(), failed: Type.Integer(), cancelled: Type.Integer() },
        { description: 'Of the last 24 hours, by whole hours.' },
      ),
    },
    { description: 'Executions that ended in the last 30 days, by whole days of UTC. Tests do not count.' },
  ),
)
export type WorkflowStatistics = Static<typeof WorkflowStatistics>

export const Workflow = named(
  'Workflow',
  Type.Object({
    id: Id,
    workflow_id: Type.String({ description: 'The same as `id`.' }),
    organization_id: Id,
    ...workflowFieldsOfRecord,
    live_version: nullable(Type.Integer({ description: 'The version whose triggers fire; null: none.' })),
    latest_version: nullable(Type.Integer({ description: 'The highest number; null: it has no versions.' })),
    statistics: WorkflowStatistics,
    created_at: Timestamp,
    updated_at: Timestamp,
  }),
)
export type Workflow = Static<typeof Workflow>

export const WorkflowVersion = named(
  'WorkflowVersion',
  Type.Object({
    id: Id,
    workflow_id: Id,
    version: Type.Integer({ description: '1, 2, 3 … within the workflow.' }),
    status: oneOf(
      versionStatuses,
      'A published version never changes. The triggers of the one that is `live` fire; when another goes live, it is `published` again.',
    ),
    definition: describedBy(WorkflowDefinition, Type.Unsafe<WorkflowDefinition>({ ...JsonObject })),
    revision: Type.Integer({
      description: 'Increases with every change of a draft and from version to version. For `If-Match`.',
    }),
    warnings: Type.Array(Type.String(), {
      description: 'What has no effect, or other effects than it seems. Each begins with the path.',
    }),
    problems: Type.Array(WorkflowProblem, {
      description: 'What keeps the version from being published and executed; at most 100.',
    }),
    published_at: nullable(Timestamp),
    live_since: nullable({ ...Timestamp, description: 'When it went live; null: it is not live.' }),
    created_at: Timestamp,
    updated_at: Timestamp,
  }),
)
export type WorkflowVersion = Static<typeof WorkflowVersion>
