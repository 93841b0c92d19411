// The configuration of each type of step. What is only required to publish is optional here, so that an editor can store a draft.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { JsonAny, JsonObject, named, nullable, oneOf } from '../schema.ts'
import { valueTypes, stepMethods, waitUnits, workflowBounds as bounds, workflowDefaults as defaults } from './words.ts'

const expressions = 'Expressions in it are evaluated.'

const requestTimeout = (standard: number) =>
  Type.Optional(
    nullable(
      Type.Integer({
        minimum: bounds.request_timeout_ms.least,
        maximum: bounds.request_timeout_ms.most,
        description: `Time limit of each attempt. Default ${standard}.`,
      }),
    ),
  )

const scalars = (description: string) =>
  Type.Optional(
    nullable(
      Type.Record(
        Type.String(),
        Type.Unsafe<string | number | boolean | null>({
          type: ['string', 'number', 'boolean', 'null'],
          maxLength: bounds.url,
        }),
        { maxProperties: bounds.headers, description },
      ),
    ),
  )

const fieldName = Type.String({ minLength: 1, maxLength: bounds.field.name, pattern: '\\S' })
const fieldType = Type.Optional(nullable(oneOf(valueTypes, `Default \`${defaults.field.type}\`.`)))

export const InputConfig = named(
  'WorkflowInputConfig',
  Type.Object({
    fields: Type.Optional(
      nullable(
        Type.Array(
          Type.Object({
            name: fieldName,
            type: fieldType,
            required: Type.Optional(nullable(Type.Boolean({ description: `Default ${defaults.field.required}.` }))),
            default: Type.Optional(
              Type.Unsafe<Static<typeof JsonAny>>({
                ...JsonAny,
                description: 'Of the type. Used if no value is given.',
              }),
            ),
            description: Type.Optional(nullable(Type.String({ maxLength: bounds.field.description }))),
          }),
          {
            maxItems: bounds.fields,
            description:
              'What `input_data` may contain. A value is converted to its type where nothing is lost, as in an output. Default none.',
          },
        ),
      ),
    ),
  }),
)

export const CodeConfig = named(
  'WorkflowCodeConfig',
  Type.Object({
    code: Type.Optional(
      nullable(
        Type.String({
          maxLength: bounds.code_bytes,
          description:
            'JavaScript: `function run(ctx) { … }`, also `async`. What it returns is the output; `console.log` writes the log. At most 64 KiB. Required.',
        }),
      ),
    ),
    language: Type.Optional(
      nullable(Type.String({ maxLength: 100, description: '`javascript`, the only one and the default.' })),
    ),
    timeout_ms: Type.Optional(
      nullable(
        Type.Integer({
          minimum: bounds.code_timeout_ms.least,
          maximum: bounds.code_timeout_ms.most,
          description: `Default ${defaults.code.timeout_ms}.`,
        }),
      ),
    ),
  }),
)

export const ConditionConfig = named(
  'WorkflowConditionConfig',
  Type.Object({
    conditions: Type.Optional(
      nullable(
        Type.Array(
          Type.Object({
            name: Type.String({
              minLength: 1,
              maxLength: bounds.condition.name,
              pattern: '\\S',
              description: 'The branch and its port in `next`; not `default` or `error`.',
            }),
            condition: Type.Optional(
              nullable(
                Type.String({
                  maxLength: 2 * bounds.expression_characters,
                  description:
                    'One whole expression, `{{ … }}` or `${ … }`; a text without either is JSONata. Required. From AnyReach.',
                }),
              ),
            ),
          }),
          {
            maxItems: bounds.conditions,
            description: 'Tried in order; the first that is true is the way out, else `default`. At least one.',
          },
        ),
      ),
    ),
  }),
)

export const HttpConfig = named(
  'WorkflowHttpConfig',
  Type.Object({
    method: Type.Optional(nullable(oneOf(stepMethods, `Default \`${defaults.http.method}\`.`))),
    url: Type.Optional(
      nullable(
        Type.String({
          maxLength: bounds.url,
          description: `An http or https address. ${expressions} A value in the path fills at most one segment, in the query one parameter. Private addresses are refused. Required.`,
        }),
      ),
    ),
    headers: scalars(`${expressions} Also as a list of \`{key, value}\`.`),
    query_params: scalars(`Added to the URL. ${expressions} Also as a list of \`{key, value}\`. From AnyReach.`),
    body: Type.Optional(
      Type.Unsafe<Static<typeof JsonAny>>({
        ...JsonAny,
        description: `Sent with POST, PUT, PATCH and DELETE; what is not a text is sent as JSON. ${expressions}`,
      }),
    ),
    timeout_ms: requestTimeout(defaults.http.timeout_ms),
    fail_on_status: Type.Optional(
      nullable(
        Type.Boolean({
          description: `Whether the step fails with \`http_status\` at 400 and above. Default ${defaults.http.fail_on_status}: any status is an answer.`,
        }),
      ),
    ),
  }),
)

export const AppConfig = named(
  'WorkflowAppConfig',
  Type.Object({
    connection: Type.Optional(
      nullable(
        Type.String({ maxLength: bounds.connection, description: 'The id or the name of a connection. Required.' }),
      ),
    ),
    tool: Type.Optional(
      nullable(Type.String({ maxLength: bounds.tool, description: 'A tool of the connection. Required.' })),
    ),
    arguments: Type.Optional(nullable({ ...JsonObject, description: `Of the tool. ${expressions} Default \`{}\`.` })),
    timeout_ms: requestTimeout(defaults.app.timeout_ms),
  }),
)

export const OutputConfig = named(
  'WorkflowOutputConfig',
  Type.Object({
    output_data: Type.Optional(
      nullable(
        Type.Array(
          Type.Object({
            name: fieldName,
            type: fieldType,
            value: Type.Optional(Type.Unsafe<Static<typeof JsonAny>>({ ...JsonAny, description: expressions })),
          }),
          {
            maxItems: bounds.fields,
            description:
              'The output of the execution. A value is converted to its type where nothing is lost, else the step fails. Also as a map of names with values. Default none. From AnyReach.',
          },
        ),
      ),
    ),
  }),
)

export const WaitConfig = named(
  'WorkflowWaitConfig',
  Type.Object({
    duration: Type.Optional(
      Type.Unsafe<number | string | null>({
        type: ['number', 'string', 'null'],
        maxLength: 2 * bounds.expression_characters,
        description: `In \`unit\`, 1 second to 366 days, from the beginning of the visit; a number or an expression. Default ${defaults.wait.duration}.`,
      }),
    ),
    unit: Type.Optional(
      nullable(oneOf(Object.keys(waitUnits) as (keyof typeof waitUnits)[], `Default \`${defaults.wait.unit}\`.`)),
    ),
    until: Type.Optional(
      nullable(
        Type.String({
          maxLength: 2 * bounds.expression_characters,
          description:
            'Instead of a duration: a time (RFC 3339; without a zone UTC) or an expression. In the past: the step goes on at once.',
        }),
      ),
    ),
    resumable: Type.Optional(
      nullable(
        Type.Boolean({
          description: `Whether \`resumeExecution\` can end the wait. Default ${defaults.wait.resumable}.`,
        }),
      ),
    ),
  }),
)

export const NoteConfig = named(
  'WorkflowNoteConfig',
  Type.Object({
    text: Type.Optional(nullable(Type.String({ maxLength: bounds.note, description: 'For readers of the graph.' }))),
  }),
)
