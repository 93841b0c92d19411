// The tools of an agent's configuration: what the model may call, and what a call does.
import { Type, type Static } from 'typebox'
import { JsonAny, JsonObject, named, nullable, oneOf } from './schema.ts'

export const httpMethods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Actions that only a call by voice can carry out; on text they are skipped. */
export const voiceActionTypes = [
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
] as const

/** Of every action. */
const condition = Type.Optional(
  nullable(
    Type.String({
      minLength: 1,
      maxLength: 4000,
      description:
        'A template expression without braces, as in `order.status == 200`: the action is carried out when it is truthy. Default: always.',
    }),
  ),
)

const templates = (description: string) =>
  Type.Optional(nullable(Type.Record(Type.String(), Type.String({ maxLength: 20_000 }), { description })))

export const HttpAction = named(
  'HttpAction',
  Type.Object(
    {
      type: Type.Unsafe<'http'>({ const: 'http' }),
      condition,
      method: Type.Optional(nullable(oneOf(httpMethods, 'Default `GET`.'))),
      url: Type.String({
        minLength: 1,
        maxLength: 8000,
        description:
          'A template. A value in the path is one segment at most, in the query one parameter: what would lead out of there is percent-encoded, or an error. A value that stands for the whole base, path after the host, or query is taken as it is; `safe` takes any as it is. Private addresses are refused.',
      }),
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
        nullable(Type.Integer({ minimum: 1, maximum: 600_000, description: "Of each try. Default: the tool's." })),
      ),
      retries: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 0,
            maximum: 5,
            description:
              'How often it is tried again after no answer, 429 or 5xx, within the time of the tool. Default 0.',
          }),
        ),
      ),
      save_as: Type.Optional(
        nullable(
          Type.String({
            pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$',
            description:
              'The name that `{status, body}` has for later templates and in the output; default: no name. Names that templates have already, such as `error`, `arguments` or `custom_metadata`, are refused.',
          }),
        ),
      ),
    },
    {
      description:
        'Calls an HTTP API. What comes back is parsed when it is JSON; at most 256 KiB are kept. A redirect to another server is followed without the headers; with a body it is an error.',
    },
  ),
)
export type HttpAction = Static<typeof HttpAction>

const PlayMessageAction = named(
  'PlayMessageAction',
  Type.Object(
    {
      type: Type.Unsafe<'play_message'>({ const: 'play_message' }),
      condition,
      message: Type.String({
        minLength: 1,
        maxLength: 32_000,
        description: 'A template: said to the end user, with the result of the call.',
      }),
    },
    { description: 'Says something, as a part of the reply.' },
  ),
)
export type PlayMessageAction = Static<typeof PlayMessageAction>

const WorkflowAction = named(
  'WorkflowAction',
  Type.Object(
    {
      type: Type.Unsafe<'workflow'>({ const: 'workflow' }),
      condition,
      workflow_id: Type.String({ minLength: 1, maxLength: 200 }),
      workflow_version: Type.Optional(
        Type.Unsafe<string | number | null>({ type: ['string', 'integer', 'null'], maxLength: 200 }),
      ),
      input: Type.Optional(nullable(JsonObject)),
    },
    { description: 'Kept; answers "not available" until the server has workflows.' },
  ),
)
export type WorkflowAction = Static<typeof WorkflowAction>

const KnowledgeBaseAction = named(
  'KnowledgeBaseAction',
  Type.Object(
    {
      type: Type.Unsafe<'knowledge_base'>({ const: 'knowledge_base' }),
      condition,
      dataset_id: Type.String({ minLength: 1, maxLength: 200 }),
      query: Type.Optional(nullable(Type.String({ maxLength: 20_000, description: 'A template.' }))),
      top_n: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 100 }))),
    },
    { description: 'Kept; answers "not available" until the server has knowledge bases.' },
  ),
)
export type KnowledgeBaseAction = Static<typeof KnowledgeBaseAction>

const VoiceAction = named(
  'VoiceAction',
  Type.Object(
    { type: oneOf(voiceActionTypes), condition },
    { additionalProperties: true, description: 'Only calls by voice have it: kept, and skipped on text.' },
  ),
)
export type VoiceAction = Static<typeof VoiceAction>

export type ToolAction = HttpAction | PlayMessageAction | WorkflowAction | KnowledgeBaseAction | VoiceAction

const ToolAction = named(
  'ToolAction',
  Type.Unsafe<ToolAction>({ anyOf: [HttpAction, PlayMessageAction, WorkflowAction, KnowledgeBaseAction, VoiceAction] }),
)

export const ToolConfig = named(
  'ToolConfig',
  Type.Object({
    name: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'Unique within the agent.' }),
    description: Type.String({ maxLength: 10_000, description: 'What the model is told of it.' }),
    properties: Type.Optional(
      nullable({
        ...JsonObject,
        description:
          'JSON Schema of each argument, 4,000 values together; patterns in the language of RE2. Default none.',
      }),
    ),
    required: Type.Optional(
      nullable(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 256, description: 'Names of `properties`.' })),
    ),
    actions: Type.Optional(
      nullable(Type.Array(ToolAction, { maxItems: 20, description: 'Carried out in order, until one fails.' })),
    ),
    actions_on_error: Type.Optional(
      nullable(
        Type.Array(ToolAction, {
          maxItems: 20,
          description:
            'Carried out when one of `actions` has failed; their templates see `error`, a text. They have a time of their own: that of the tool, at most 10 seconds. The call remains an error.',
        }),
      ),
    ),
    output: Type.Optional(
      nullable(
        Type.String({
          maxLength: 200_000,
          description:
            'A template: what the model is given as the result, over the same as those of the actions. Default: what the actions have saved, 256 KiB of it.',
        }),
      ),
    ),
    idempotent: Type.Optional(
      nullable(
        Type.Boolean({
          description:
            'Whether a call may be repeated when nobody knows what became of it, as after a crash. Default false: the model is told that the outcome is not known.',
        }),
      ),
    ),
    timeout_ms: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: 600_000,
          description: 'Of a whole call, error actions aside. Default 10000.',
        }),
      ),
    ),
  }),
)
export type ToolConfig = Static<typeof ToolConfig>
