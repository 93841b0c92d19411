// `http`: calls an HTTP API.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { JsonAny, nullable, oneOf } from '../schema.ts'
import { actionSchema, defineAction, reservedName, resultName } from './define.ts'

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const templates = (description: string) =>
  Type.Optional(nullable(Type.Record(Type.String(), Type.String({ maxLength: 20_000 }), { description })))

const HttpAction = actionSchema(
  'HttpAction',
  'http',
  {
    method: Type.Optional(nullable(oneOf(methods, 'Default `GET`.'))),
    url: Type.String({
      minLength: 1,
      maxLength: 8000,
      description:
        'A template. A value in the path can fill at most one segment, and in the query one parameter: characters that would exceed it are percent-encoded or an error. A value that is the whole base, the whole path after the host, or the whole query is inserted unchanged; `safe` inserts any value unchanged. Private addresses are refused.',
    }),
    headers: templates('Values are templates. `Idempotency-Key` is always the id of the call.'),
    query: templates('Added to the URL; values are templates.'),
    body: Type.Optional(
      Type.Unsafe<Static<typeof JsonAny>>({
        ...JsonAny,
        description:
          'A text is a template whose result is sent unchanged. Anything else is sent as JSON, and its texts are templates.',
      }),
    ),
    timeout_ms: Type.Optional(
      nullable(
        Type.Integer({ minimum: 1, maximum: 600_000, description: "Time limit of each attempt. Default: the tool's." }),
      ),
    ),
    retries: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 0,
          maximum: 5,
          description:
            'How many times to retry after no response, 429 or 5xx, within the time limit of the tool. Default 0.',
        }),
      ),
    ),
    save_as: resultName(
      'Saves `{status, body}` under this name for later templates and the output. Default: not saved.',
    ),
  },
  {
    description:
      'Calls an HTTP API. A JSON response is parsed; at most 256 KiB are kept. A redirect to another server is followed without the headers; if the request has a body, it is an error.',
  },
)

export const http = defineAction({
  type: 'http',
  schema: HttpAction,
  templates: ['url', 'headers', 'query', 'body'],
  faults: reservedName('save_as'),
  form: [
    { field: 'method', as: 'choice', unset: 'GET' },
    { field: 'url', as: 'code' },
    { field: 'headers', as: 'record' },
    { field: 'query', as: 'record' },
    { field: 'body', as: 'json' },
    { field: 'timeout_ms', as: 'number' },
    { field: 'retries', as: 'number', unset: '0' },
    { field: 'save_as', as: 'code' },
  ],
})
