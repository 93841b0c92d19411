// Generates the OpenAPI 3.1 document from the contract. Named schemas become components.
import type { TSchema } from 'typebox'
import { ErrorBody, type ErrorName, describeError } from './errors.ts'
import { loadOf } from './load.ts'
import { type Operation, type ResourceKind, headerName } from './operation.ts'
import { describingSchemaOf, nameOfSchema } from './schema.ts'
import { WebhookEvent } from './webhooks.ts'

type Json = Record<string, unknown>

const tagTexts = {
  Conversations: 'Conversations between an end user and an agent, their transcripts and their turns.',
  Agents: 'Agents and their versions; a published version never changes.',
  Statistics: 'Counts and latencies over time.',
  Models: 'The language models that this server can use.',
  Access: 'The organization, its members, keys and personal access tokens.',
  Organizations:
    'Organizations of a user, the tree below an organization, and partners who look at an organization by its consent.',
  'Signing in': 'Browser sessions for members and API keys; invitations.',
  'Web widgets': 'Agents on websites: their widgets, the sites that can show them, and what visitors can do.',
  Webhooks: 'Endpoints that receive events, and the outcome of each delivery.',
  Knowledge: 'Datasets that agents look things up in, their sources, and what searches find.',
  Workflows:
    'Graphs of steps that calls, schedules, webhooks, events and agents start: their versions, triggers and executions.',
  Usage: 'What calls of providers cost, their prices, and budgets.',
  System: 'Health checks of the server.',
}

export function createOpenApiDocument(operations: Record<string, Operation>, version: string): Json {
  const components: Json = {}
  const hoist = createHoister(components)
  const paths: Record<string, Json> = {}
  for (const operation of Object.values(operations)) {
    const path = (paths[operation.path] ??= {})
    path[operation.method.toLowerCase()] = describeOperation(operation, hoist)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley API',
      version,
      summary: 'Conversations between people and AI agents',
      description:
        'Times are RFC 3339 in UTC with microseconds; ids are UUIDs. Unknown fields in requests are ignored.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    security: [{ bearerAuth: [] }, { sessionCookie: [] }],
    tags: Object.entries(tagTexts).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: { event: { post: describeDelivery(hoist) } },
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        bearerAuth: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An organization API key (`ak_…`), a personal access token (`pat_…`, with the header `X-Anyreach-Org` or `X-Parley-Org`), a conversation token, or a visitor token.',
        },
        sessionCookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-parley_session',
          description:
            'A session from signing in; over plain HTTP the cookie is called `parley_session`. Every request other than GET also needs the header `X-Parley-Csrf: 1` and must not come from a page of another origin. `X-Anyreach-Org` or `X-Parley-Org` selects another organization of the user for one request.',
        },
      },
    },
  }
}

/** The request that a webhook endpoint receives. */
function describeDelivery(hoist: Hoist): Json {
  const header = (name: string, description: string) => ({
    ...{ name, in: 'header', required: true, description },
    schema: { type: 'string' },
  })
  return {
    operationId: 'receiveWebhookEvent',
    tags: ['Webhooks'],
    summary: 'An event, sent to a webhook endpoint',
    security: [],
    parameters: [
      header('webhook-id', 'The `id` of the event, the same in each attempt.'),
      header('webhook-timestamp', 'The time of this attempt in seconds since the epoch.'),
      header(
        'webhook-signature',
        '`v1,` and the Base64 of the HMAC-SHA256 over `id.timestamp.body`, with the bytes after `whsec_` as the key. While a secret is being rotated there are several, separated by spaces.',
      ),
    ],
    requestBody: { required: true, content: { 'application/json': { schema: hoist(WebhookEvent) } } },
    responses: {
      '2XX': { description: 'The delivery is accepted.' },
      '410': { description: 'The endpoint is disabled.' },
      default: { description: 'The delivery is retried later.' },
    },
  }
}

export type Hoist = (schema: unknown) => unknown

/** Replaces each named schema, at any depth, with a reference to its place in `components`. */
export function createHoister(components: Json, place = '#/components/schemas/'): Hoist {
  const hoist: Hoist = (schema) => {
    if (Array.isArray(schema)) return schema.map(hoist)
    if (typeof schema !== 'object' || schema === null) return schema
    const by = describingSchemaOf(schema)
    if (by !== schema) return hoist(by)
    const name = nameOfSchema(schema)
    if (name === undefined) return mapValues(schema, hoist)
    if (!Object.hasOwn(components, name)) {
      components[name] = {} // reserves its place in case it refers to itself
      components[name] = mapValues(schema, hoist)
    }
    return { $ref: `${place}${name}` }
  }
  return hoist
}

function mapValues(value: object, map: Hoist): Json {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, map(entry)]))
}

function describeOperation(operation: Operation, hoist: Hoist): Json {
  const { id, tag, summary, access, success } = operation
  const content = describeContent(operation, hoist)
  const parameters = describeParameters(operation, hoist)
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...describeText(operation),
    ...(access === 'public' || isByUpload(access) ? { security: [] } : {}),
    ...(isByResource(access) && access.by === 'visitor' ? { security: [{ bearerAuth: [] }] } : {}),
    ...(access === 'session' ? { security: [{ sessionCookie: [] }] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...describeBody(operation, hoist),
    responses: {
      [success.status]: { description: success.description, ...content },
      ...describeErrors(operation, hoist),
    },
  }
}

function describeBody({ body, body_optional, whole_body, upload }: Operation, hoist: Hoist): Json {
  if (!body && !upload) return {}
  const schema = whole_body === undefined ? body : body!.properties[whole_body]
  const file = { type: 'string', format: 'binary' }
  const content: Json = {
    ...(schema ? { 'application/json': { schema: hoist(schema) } } : {}),
    ...(upload?.form === 'raw' ? { '*/*': { schema: file } } : {}),
    ...(upload?.form === 'multipart'
      ? {
          'multipart/form-data': {
            schema: {
              type: 'object',
              description: upload.describes,
              required: ['file'],
              properties: { file, metadata: hoist(upload.metadata) },
            },
            encoding: { metadata: { contentType: 'application/json, text/plain' } },
          },
        }
      : {}),
  }
  return { requestBody: { required: !body_optional, content } }
}

function isByResource(access: Operation['access']): access is { readonly by: ResourceKind } {
  return typeof access === 'object' && 'by' in access
}

function isByUpload(access: Operation['access']): boolean {
  return isByResource(access) && access.by === 'upload'
}

function describeContent({ success, answer }: Operation, hoist: Hoist): Json {
  const types: Json = {
    ...(answer?.kind === 'text' ? { 'text/plain': { schema: { type: 'string', description: answer.says } } } : {}),
    ...(answer?.kind === 'file'
      ? Object.fromEntries(answer.media_types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]))
      : {}),
    ...(success.schema ? { 'application/json': { schema: hoist(success.schema) } } : {}),
    ...(answer?.kind === 'events' ? { 'text/event-stream': { schema: describeEvents(answer.data, hoist) } } : {}),
  }
  return Object.keys(types).length > 0 ? { content: types } : {}
}

/** OpenAPI 3.1 cannot describe server-sent events, so the schema is that of one event with its data as JSON. */
function describeEvents(data: Readonly<Record<string, TSchema>>, hoist: Hoist): Json {
  const names = new Map<unknown, string[]>()
  for (const [name, schema] of Object.entries(data)) names.set(schema, [...(names.get(schema) ?? []), name])
  const variants = [...names].map(([schema, events]) => ({
    type: 'object',
    required: ['event', 'data'],
    properties: { event: { enum: events }, data: hoist(schema) },
  }))
  return { description: 'One server-sent event; `data` is JSON.', oneOf: variants }
}

function describeText({ description, access, cost = 1 }: Operation): Json {
  const scopes = describeAccess(access)
  const counted = cost === 1 ? undefined : `Counts as ${cost} requests against the caller’s limit.`
  return { description: [description, counted, scopes].filter(Boolean).join('\n\n') }
}

function describeAccess(access: Operation['access']): string {
  if (typeof access === 'string') return whoMayCall[access]
  if (isByUpload(access)) return 'Needs no credential but the token of the address.'
  if (isByResource(access)) return 'Needs a visitor token.'
  return `Needs one of the scopes \`${access.join('`, `')}\`.`
}

const whoMayCall = {
  public: 'Needs no credential.',
  user: 'Needs a personal access token or the session of a user, and acts on that user.',
  session: 'Needs a session.',
  member: 'Needs any credential of the organization.',
}

function describeParameters({ params, query, headers }: Operation, hoist: Hoist): Json[] {
  const of = (place: 'path' | 'query' | 'header', part: Operation['params']) =>
    Object.entries(part?.properties ?? {}).map(([name, schema]) => {
      const { description, ...rest } = schema as TSchema & { description?: string }
      return {
        name: place === 'header' ? headerName(name) : name,
        in: place,
        required: place === 'path',
        ...(description ? { description } : {}),
        schema: hoist(rest),
      }
    })
  return [...of('path', params), ...of('query', query), ...of('header', headers)]
}

/** The errors of access and validation follow from the operation's other fields. */
function errorsOf(operation: Operation): ErrorName[] {
  const { access, body, query, headers, upload } = operation
  const needsCredential = access !== 'public' && !isByResource(access)
  const limited: ErrorName[] = isByResource(access) || upload ? ['rate_limited'] : []
  const credential: ErrorName[] = needsCredential ? ['unauthorized', 'rate_limited'] : limited
  const scope: ErrorName[] = needsCredential && access !== 'member' ? ['forbidden'] : []
  const shape: ErrorName[] = body || query || headers ? ['validation_failed'] : []
  const json: ErrorName[] = body ? ['malformed_request', 'body_too_large', 'unsupported_media_type'] : []
  const content: ErrorName[] = upload && !body ? ['malformed_request', 'unsupported_media_type'] : json
  const repeated: ErrorName[] = headers?.properties['idempotency_key'] ? ['idempotency_key_reused'] : []
  const browser: ErrorName[] =
    operation.method !== 'GET' && (needsCredential || operation.sign_in) ? ['cross_site_refused'] : []
  const load: ErrorName[] = loadOf(operation) === 'critical' ? [] : ['overloaded']
  const other: ErrorName[] = [...operation.errors, 'internal', ...load]
  return [...credential, ...scope, ...browser, ...shape, ...content, ...repeated, ...other]
}

function describeErrors(operation: Operation, hoist: Hoist): Json {
  const byStatus = new Map<number, Set<string>>()
  for (const name of errorsOf(operation)) {
    const { status, code, detail } = describeError(name)
    const texts = byStatus.get(status) ?? new Set()
    byStatus.set(status, texts.add(`\`${code}\`: ${detail}`))
  }
  const schema = hoist(ErrorBody)
  return Object.fromEntries(
    [...byStatus].map(([status, texts]) => [
      status,
      { description: [...texts].join('\n\n'), content: { 'application/json': { schema } } },
    ]),
  )
}
