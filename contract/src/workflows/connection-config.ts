// The configuration of a connection: a system whose tools the `app` steps of workflows call.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { JsonObject, named, nullable, oneOf } from '../schema.ts'
import { connectionBounds as bounds, connectionDefaults as defaults, connectionKinds, stepMethods } from './words.ts'

const secretText = (description: string) =>
  Type.Optional(
    nullable(
      Type.String({ maxLength: bounds.text, description: `${description} \`{{ secrets.NAME }}\` in it is filled.` }),
    ),
  )

const ConnectionAuth = named(
  'WorkflowConnectionAuth',
  Type.Union(
    [
      Type.Object({ type: Type.Unsafe<'none'>({ const: 'none' }) }),
      Type.Object({ type: Type.Unsafe<'bearer'>({ const: 'bearer' }), token: secretText('Required.') }),
      Type.Object({
        type: Type.Unsafe<'basic'>({ const: 'basic' }),
        username: secretText('Required.'),
        password: secretText('Required.'),
      }),
      Type.Object({
        type: Type.Unsafe<'header'>({ const: 'header' }),
        name: Type.Optional(nullable(Type.String({ maxLength: 100, description: 'Of the header. Required.' }))),
        value: secretText('Required.'),
      }),
      Type.Object(
        {
          type: Type.Unsafe<'oauth2_client_credentials'>({ const: 'oauth2_client_credentials' }),
          token_url: secretText('An http or https address. Required.'),
          client_id: secretText('Required.'),
          client_secret: secretText('Required.'),
          scope: secretText('Default none.'),
        },
        { description: 'A token is fetched, kept in memory, and renewed once after a 401.' },
      ),
    ],
    { description: 'How requests prove who sends them. Default `none`.' },
  ),
)
export type ConnectionAuth = Static<typeof ConnectionAuth>

const ConnectionOperation = named(
  'WorkflowConnectionOperation',
  Type.Object({
    name: Type.String({ pattern: `^[A-Za-z0-9_-]{1,${bounds.operation.name}}$`, description: 'The tool.' }),
    description: Type.Optional(nullable(Type.String({ maxLength: bounds.operation.description }))),
    method: Type.Optional(nullable(oneOf(stepMethods, `Default \`${defaults.method}\`.`))),
    path: Type.String({
      maxLength: bounds.operation.path,
      pattern: '^/',
      description: 'Added to `url`. `{name}` is the argument with this name, as one segment.',
    }),
    parameters: Type.Optional(
      nullable({
        ...JsonObject,
        description:
          'JSON Schema of the arguments, an object. Those that the path does not name are sent as JSON with POST, PUT and PATCH, else in the query. Default: any.',
      }),
    ),
    idempotent: Type.Optional(
      nullable(Type.Boolean({ description: 'Whether it may be repeated. Default: all but POST and PATCH.' })),
    ),
  }),
)
export type ConnectionOperation = Static<typeof ConnectionOperation>

export const connectionFields = {
  kind: oneOf(
    connectionKinds,
    '`mcp`: a server of tools over streamable HTTP. `http`: an API with the `operations` here.',
  ),
  url: Type.String({
    minLength: 1,
    maxLength: bounds.url,
    description: 'An http or https address. Private addresses are refused. `{{ secrets.NAME }}` in it is filled.',
  }),
  headers: Type.Optional(
    nullable(
      Type.Record(Type.String(), Type.String({ maxLength: bounds.text }), {
        maxProperties: bounds.headers,
        description: 'Sent with every request. `{{ secrets.NAME }}` in values is filled.',
      }),
    ),
  ),
  auth: Type.Optional(nullable(ConnectionAuth)),
  allowed_tools: Type.Optional(
    nullable(
      Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
        maxItems: 128,
        description: 'The tools that steps may call. Default: all.',
      }),
    ),
  ),
  timeout_ms: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 1,
        maximum: bounds.timeout_ms,
        description: `Of each request. A step can be quicker. Default ${defaults.timeout_ms}.`,
      }),
    ),
  ),
  operations: Type.Optional(
    nullable(Type.Array(ConnectionOperation, { maxItems: bounds.operations, description: 'Only of the kind `http`.' })),
  ),
}

export const ConnectionConfig = named('WorkflowConnectionConfig', Type.Object(connectionFields))
export type ConnectionConfig = Static<typeof ConnectionConfig>
