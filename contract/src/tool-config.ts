// The tools of an agent's configuration: what the model may call, and what a call does.
import { Type, type Static } from 'typebox'
import { JsonAny, JsonObject, named, nullable, oneOf } from './schema.ts'

export const httpMethods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Actions of the compatible configuration other than `http`. */
export const otherActionTypes = [
  'play_message',
  'play_audio',
  'cold_transfer',
  'warm_transfer',
  'conference',
  'dtmf',
  'wait',
  'hangup',
  'leave_room',
  'stop_audio',
  'update_endpointing',
  'workflow',
  'knowledge_base',
] as const

const templates = (description: string) =>
  Type.Optional(nullable(Type.Record(Type.String(), Type.String({ maxLength: 20_000 }), { description })))

export const HttpAction = named(
  'HttpAction',
  Type.Object(
    {
      type: Type.Unsafe<'http'>({ const: 'http' }),
      method: Type.Optional(nullable(oneOf(httpMethods, 'Default `GET`.'))),
      url: Type.String({ minLength: 1, maxLength: 8000, description: 'A template. Private addresses are refused.' }),
      headers: templates('Values are templates. `Idempotency-Key` is always the id of the call.'),
      query: templates('Added to the URL; values are templates.'),
      body: Type.Optional(
        Type.Unsafe<Static<typeof JsonAny>>({
          ...JsonAny,
          description:
            'A text is a template and sent as it is; anything else is sent as JSON, its texts being templates.',
        }),
      ),
      timeout_ms: Type.Optional(
        nullable(Type.Integer({ minimum: 1, maximum: 600_000, description: "Default: the tool's." })),
      ),
      save_as: Type.Optional(
        nullable(
          Type.String({
            pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$',
            description: 'The name that `{status, body}` has for later templates and in the output; default: no name.',
          }),
        ),
      ),
    },
    { description: 'Calls an HTTP API. What comes back is parsed when it is JSON; at most 256 KiB are kept.' },
  ),
)
export type HttpAction = Static<typeof HttpAction>

const OtherAction = Type.Object({ type: oneOf(otherActionTypes, 'Kept; not carried out yet.') })

const ToolAction = named(
  'ToolAction',
  Type.Unsafe<HttpAction | Static<typeof OtherAction>>({ anyOf: [HttpAction, OtherAction] }),
)

export const ToolConfig = named(
  'ToolConfig',
  Type.Object({
    name: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'Unique within the agent.' }),
    description: Type.String({ maxLength: 10_000, description: 'What the model is told of it.' }),
    properties: Type.Optional(nullable({ ...JsonObject, description: 'JSON Schema of each argument. Default none.' })),
    required: Type.Optional(nullable(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 256 }))),
    actions: Type.Optional(nullable(Type.Array(ToolAction, { maxItems: 20, description: 'Carried out in order.' }))),
    idempotent: Type.Optional(
      nullable(
        Type.Boolean({
          description:
            'Whether a call may be repeated when nobody knows what became of it, as after a crash. Default false: the model is told that the outcome is not known.',
        }),
      ),
    ),
    timeout_ms: Type.Optional(
      nullable(Type.Integer({ minimum: 1, maximum: 600_000, description: 'Of a whole call. Default 10000.' })),
    ),
  }),
)
export type ToolConfig = Static<typeof ToolConfig>
