// Parts of AgentConfig that stand for themselves: where tools come from, and what later capabilities are set to.
import { Type, type Static, type TSchema, type TUnsafe } from 'typebox'
import { JsonObject, named, nullable, oneOf } from './schema.ts'
import { agentBounds, agentDefaults, redactedKinds, widgetTypes } from './vocabulary.ts'

/** Marks what is validated and kept, but has no effect until its capability is there. */
export const without_effect = 'x-without-effect'

/** Gives the schema the mark. */
export function notYet<T extends TSchema>(schema: T): TUnsafe<Static<T>> {
  return Type.Unsafe<Static<T>>({ ...schema, [without_effect]: true })
}

const seconds = (description: string) =>
  Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 31_536_000, description })))

export const McpServer = named(
  'McpServer',
  Type.Object(
    {
      name: Type.String({
        pattern: `^[A-Za-z0-9_-]{1,${agentBounds.mcp_server.name}}$`,
        description: 'Unique within the agent. The model knows its tools as `<name>_<tool>`.',
      }),
      url: Type.String({
        minLength: 1,
        maxLength: agentBounds.mcp_server.url,
        pattern: '^https?://[^\\s]+$',
        description: 'Of its streamable HTTP endpoint. Private addresses are refused.',
      }),
      headers: Type.Optional(
        nullable(
          Type.Record(Type.String(), Type.String({ maxLength: 20_000 }), {
            description: 'Sent with every request; values are templates, which see `secrets`.',
          }),
        ),
      ),
      allowed_tools: Type.Optional(
        nullable(
          Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
            maxItems: 128,
            description: 'Which of its tools the model may call. Default: all, 128 at most.',
          }),
        ),
      ),
      timeout_ms: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 1,
            maximum: 600_000,
            description: `Of a call, and of connecting. Default ${agentDefaults.mcp_server.timeout_ms}.`,
          }),
        ),
      ),
    },
    {
      description:
        'Remote tools, over streamable HTTP. A server that is down costs the model its tools, and the turn nothing.',
    },
  ),
)
export type McpServer = Static<typeof McpServer>

export const BuiltInTools = Type.Object({
  widgets: Type.Optional(
    nullable(
      Type.Object({
        allowed: Type.Optional(
          nullable(
            Type.Array(oneOf(widgetTypes), {
              maxItems: widgetTypes.length,
              description: 'Which `show_<type>_widget` tools the model has in rich conversations. Default: all.',
            }),
          ),
        ),
      }),
    ),
  ),
  end_conversation: Type.Optional(
    nullable(
      Type.Object(
        {
          enabled: Type.Optional(
            nullable(Type.Boolean({ description: `Default ${agentDefaults.end_conversation.enabled}.` })),
          ),
          description: Type.Optional(
            nullable(
              Type.String({
                maxLength: agentBounds.end_conversation.description,
                description: 'Tells the model when to end. Default: a text that does.',
              }),
            ),
          ),
        },
        { description: 'Lets the agent end a text conversation after its reply.' },
      ),
    ),
  ),
})

export const QuickAction = Type.Object({
  label: Type.String({ minLength: 1, maxLength: agentBounds.quick_action.label }),
  message: Type.String({ minLength: 1, maxLength: agentBounds.message }),
})

export const KnowledgeBase = Type.Object({
  dataset_id: Type.String({ minLength: 1, maxLength: agentBounds.knowledge_base.dataset_id }),
  top_n: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 100 }))),
})

export const Inactivity = named(
  'Inactivity',
  Type.Object({
    warn_after_seconds: seconds('Of silence, before `warn_message`; null: never.'),
    warn_message: Type.Optional(nullable(Type.String({ maxLength: agentBounds.message }))),
    end_after_seconds: seconds(
      `Of silence, before the conversation ends; null: never. Default ${agentDefaults.inactivity.end_after_seconds}.`,
    ),
    end_message: Type.Optional(nullable(Type.String({ maxLength: agentBounds.message }))),
    max_duration_seconds: seconds('Of the whole conversation; null: any.'),
    max_user_turns: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: 100_000,
          description: 'It ends after the reply to the last one; null: any.',
        }),
      ),
    ),
  }),
)

type Redaction = (typeof redactedKinds)[number] | { name: string; pattern: string }

export const Retention = named(
  'Retention',
  Type.Object({
    content_days: Type.Optional(
      nullable(Type.Integer({ minimum: 1, maximum: 36_500, description: 'After the end; null: for ever.' })),
    ),
    redact: Type.Optional(
      nullable(
        Type.Array(
          Type.Unsafe<Redaction>({
            anyOf: [
              { type: 'string', enum: [...redactedKinds] },
              {
                type: 'object',
                required: ['name', 'pattern'],
                properties: {
                  name: { type: 'string', minLength: 1, maxLength: 64 },
                  pattern: { type: 'string', minLength: 1, maxLength: 1000, description: 'A regular expression.' },
                },
              },
            ],
          }),
          { maxItems: 50, description: 'What is replaced before it is stored.' },
        ),
      ),
    ),
  }),
)

const { analysis: bounds } = agentBounds

/** Fields of `analysis` beyond the summary. */
export const ExtendedAnalysis = {
  outcome: Type.Optional(
    notYet(
      nullable(
        Type.Object({
          options: Type.Array(
            Type.Object({
              name: Type.String({ minLength: 1, maxLength: bounds.outcome.name }),
              description: Type.Optional(nullable(Type.String({ maxLength: bounds.outcome.description }))),
            }),
            { minItems: 1, maxItems: bounds.outcomes, description: 'Of which one is chosen.' },
          ),
        }),
      ),
    ),
  ),
  extract: Type.Optional(
    notYet(nullable({ ...JsonObject, description: 'A JSON Schema of fields to fill from the transcript.' })),
  ),
  success: Type.Optional(
    notYet(
      nullable(
        Type.String({ minLength: 1, maxLength: bounds.success, description: 'A question answered by yes or no.' }),
      ),
    ),
  ),
}

const laterObject = Type.Optional(notYet(nullable(JsonObject)))

/** Settings of voice and of workflows, kept as they are. */
export const laterObjects = {
  stt: laterObject,
  tts: laterObject,
  turn_detection: laterObject,
  voicemail_detection: laterObject,
  pre_conversation_workflow: laterObject,
  post_conversation_workflow: laterObject,
  recording: laterObject,
}
