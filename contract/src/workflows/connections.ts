// The operations on connections: systems whose tools the `app` steps of workflows call.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { Id, JsonObject, Timestamp, named, nullable, pageOf, pageQuery } from '../schema.ts'
import { ConnectionConfig, connectionFields } from './connection-config.ts'
import {
  manageWorkflows as manage,
  optional,
  readWorkflows as read,
  repeatable,
  workflowsTag as tag,
} from './objects.ts'
import { connectionKinds, workflowRecordBounds } from './words.ts'

const bounds = workflowRecordBounds.connection
const connectionPath = Type.Object({ connection_id: Type.String() })

const record = {
  name: Type.String({
    minLength: 1,
    maxLength: bounds.name,
    pattern: '\\S',
    description: 'Unique in the organization. Steps can name the connection by it. Not `parley`, which is built in.',
  }),
  description: nullable(Type.String({ maxLength: bounds.description })),
}

export const WorkflowConnection = named(
  'WorkflowConnection',
  Type.Object({
    id: Id,
    organization_id: Id,
    ...record,
    ...ConnectionConfig.properties,
    created_at: Timestamp,
    updated_at: Timestamp,
  }),
)
export type WorkflowConnection = Static<typeof WorkflowConnection>

export const WorkflowTool = named(
  'WorkflowTool',
  Type.Object({
    name: Type.String(),
    description: nullable(Type.String()),
    parameters: { ...JsonObject, description: 'JSON Schema of the arguments.' },
    idempotent: Type.Boolean({ description: 'Whether it may be repeated if its outcome is unknown.' }),
    allowed: Type.Boolean({ description: 'Whether `allowed_tools` permits it.' }),
  }),
)
export type WorkflowTool = Static<typeof WorkflowTool>

const { kind, url, ...rest } = connectionFields

export const connectionManagement = {
  listWorkflowConnections: defineOperation({
    id: 'listWorkflowConnections',
    method: 'GET',
    path: '/workflow/connections',
    tag,
    summary: 'List connections, newest first',
    access: read,
    narrowed: false,
    audit: false,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of connections.', schema: pageOf(WorkflowConnection) },
    errors: [],
  }),
  createWorkflowConnection: defineOperation({
    id: 'createWorkflowConnection',
    method: 'POST',
    path: '/workflow/connections',
    tag,
    summary: 'Create a connection',
    description: `Of the kinds ${connectionKinds.map((each) => `\`${each}\``).join(' and ')}. Nothing is called yet.`,
    access: manage,
    narrowed: false,
    audit: { target: 'workflow_connection', id: 'id' },
    headers: repeatable,
    body: Type.Object({
      name: record.name,
      description: Type.Optional(record.description),
      ...connectionFields,
    }),
    success: { status: 200, description: 'The connection.', schema: WorkflowConnection },
    errors: ['too_many_connections', 'connection_name_taken'],
  }),
  getWorkflowConnection: defineOperation({
    id: 'getWorkflowConnection',
    method: 'GET',
    path: '/workflow/connections/{connection_id}',
    tag,
    summary: 'Read a connection',
    access: read,
    narrowed: false,
    audit: false,
    params: connectionPath,
    success: { status: 200, description: 'The connection.', schema: WorkflowConnection },
    errors: ['not_found'],
  }),
  updateWorkflowConnection: defineOperation({
    id: 'updateWorkflowConnection',
    method: 'PUT',
    path: '/workflow/connections/{connection_id}',
    tag,
    summary: 'Change the given fields of a connection',
    description:
      'Each field that is given replaces the stored one whole. Steps of published versions use it from their next visit on. The name stays while a published version uses the connection (409).',
    access: manage,
    narrowed: false,
    audit: { target: 'workflow_connection', id: 'connection_id' },
    params: connectionPath,
    body: Type.Object({
      name: optional(record.name),
      description: Type.Optional(record.description),
      kind: optional(kind),
      url: optional(url),
      ...rest,
    }),
    success: { status: 200, description: 'The connection after the change.', schema: WorkflowConnection },
    errors: ['not_found', 'connection_name_taken', 'connection_in_use'],
  }),
  deleteWorkflowConnection: defineOperation({
    id: 'deleteWorkflowConnection',
    method: 'DELETE',
    path: '/workflow/connections/{connection_id}',
    tag,
    summary: 'Delete a connection',
    access: manage,
    narrowed: false,
    audit: { target: 'workflow_connection', id: 'connection_id' },
    params: connectionPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found', 'connection_in_use'],
  }),
}

export const connectionToolOperations = {
  listWorkflowConnectionTools: defineOperation({
    id: 'listWorkflowConnectionTools',
    method: 'GET',
    path: '/workflow/connections/{connection_id}/tools',
    tag,
    summary: 'List the tools of a connection',
    description: 'Asks an MCP server; those of the kind `http` are their `operations`. `parley` is an id too.',
    access: read,
    narrowed: false,
    not_for_views: true,
    audit: false,
    waits: true,
    cost: 10,
    params: connectionPath,
    success: {
      status: 200,
      description: 'Its tools.',
      schema: Type.Object({ data: Type.Array(WorkflowTool) }),
    },
    errors: ['not_found', 'connection_failed'],
  }),
}
