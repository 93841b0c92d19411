// Self-contained parts of AgentConfig: sources of tools, and settings of later capabilities.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import { JsonObject, named, notYet, nullable, oneOf } from './schema.ts'
import { agentBounds, agentDefaults, redactedKinds, widgetTypes } from './agent-words.ts'

const seconds = (description: string) =>
  Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 31_536_000, description })))

export const McpServer = named(
  'McpServer',
  Type.Object(
    {
      name: Type.String({
        pattern: `^[A-Za-z0-9_-]{1,${agentBounds.mcp_server.name}}$`,
        description: 'Unique within the agent. The model sees the tools of the server as `<name>_<tool>`.',
      }),
      url: Type.String({
        minLength: 1,
        maxLength: agentBounds.mcp_server.url,
        pattern: '^https?://[^\\s]+$',
        description: 'Address of its streamable HTTP endpoint. Private addresses are refused.',
      }),
      headers: Type.Optional(
        nullable(
          Type.Record(Type.String(), Type.String({ maxLength: 20_000 }), {
            description: 'Sent with every request. Values are templates that can use `secrets`.',
          }),
        ),
      ),
      allowed_tools: Type.Optional(
        nullable(
          Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
            maxItems: 128,
            description: 'The tools that the model may call. Default: all, at most 128.',
          }),
        ),
      ),
      timeout_ms: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 1,
            maximum: 600_000,
            description: `Time limit of connecting and of each call. Default ${agentDefaults.mcp_server.timeout_ms}.`,
          }),
        ),
      ),
    },
    {
      description:
        'Remote tools over streamable HTTP. If a server is down, the model cannot use its tools, but the turn continues.',
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
              description: 'The `show_<type>_widget` tools that the model has in rich conversations. Default: all.',
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
                description: 'Tells the model when to end the conversation. Default: a standard text.',
              }),
            ),
          ),
        },
        { description: 'Lets the agent end a text conversation after its reply.' },
      ),
    ),
  ),
  search_knowledge: Type.Optional(
    nullable(
      Type.Object(
        {
          enabled: Type.Optional(
            nullable(Type.Boolean({ description: `Default ${agentDefaults.search_knowledge.enabled}.` })),
          ),
          description: Type.Optional(
            nullable(
              Type.String({
                maxLength: agentBounds.search_knowledge.description,
                description: 'Tells the model when to search. Default: a standard text.',
              }),
            ),
          ),
        },
        { description: 'The tool `search_knowledge(query)`: lets the model search the datasets of `knowledge_bases`.' },
      ),
    ),
  ),
})

export const QuickAction = Type.Object({
  label: Type.String({ minLength: 1, maxLength: agentBounds.quick_action.label }),
  message: Type.String({ minLength: 1, maxLength: agentBounds.message }),
})

const { knowledge_base: dataset } = agentBounds
const { knowledge_base: ofDataset, retrieval: searching } = agentDefaults

export const KnowledgeBase = named(
  'AgentKnowledgeBase',
  Type.Object({
    dataset_id: Type.String({
      minLength: 1,
      maxLength: dataset.dataset_id,
      description: 'A dataset of the organization. One that does not exist is a warning, and finds nothing.',
    }),
    top_n: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: dataset.top_n,
          description: `Maximum number of its passages in a search. Default ${ofDataset.top_n}.`,
        }),
      ),
    ),
    enabled: Type.Optional(
      nullable(Type.Boolean({ description: `Ours. Whether it is searched. Default ${ofDataset.enabled}.` })),
    ),
    min_score: Type.Optional(
      nullable(
        Type.Number({
          minimum: 0,
          maximum: 1,
          description: 'Ours. Leaves out passages with a lower score. Default null: none.',
        }),
      ),
    ),
    filter: Type.Optional(
      nullable(
        Type.Unsafe<Record<string, unknown>>({
          ...JsonObject,
          description:
            'Ours. Only sources whose `metadata` contain this. Its texts are templates with `custom_metadata`; if one renders as empty, the dataset finds nothing. Default null: all sources.',
        }),
      ),
    ),
  }),
)
export type KnowledgeBase = Static<typeof KnowledgeBase>

const { retrieval: limits } = agentBounds
const range = ({ least, most }: { least: number; most: number }, description: string) =>
  Type.Optional(nullable(Type.Integer({ minimum: least, maximum: most, description })))

export const RetrievalSettings = named(
  'RetrievalSettings',
  Type.Object(
    {
      implicit: Type.Optional(
        nullable(
          Type.Boolean({
            description: `Whether each message of the end user is searched for before the model answers. Default ${searching.implicit}.`,
          }),
        ),
      ),
      timeout_ms: range(
        limits.timeout_ms,
        `How long that search may delay the reply. What was found by then is used. Default ${searching.timeout_ms}; ${searching.timeout_ms_of_calls} on the channels telephone and webrtc.`,
      ),
      max_chunks: range(
        limits.max_chunks,
        `Maximum number of passages that the model is given. Default ${searching.max_chunks}.`,
      ),
      max_characters: range(
        limits.max_characters,
        `Maximum length of their texts together. Passages are given whole, best first; only the first is cut to fit. Default ${searching.max_characters}.`,
      ),
      window_messages: range(
        limits.window_messages,
        `How many messages before those of the turn are part of the query of vectors. Default ${searching.window_messages}.`,
      ),
      rerank: Type.Optional(
        nullable(
          Type.Boolean({
            description: `Whether the rerank model orders the passages, if the server has one. Default ${searching.rerank}.`,
          }),
        ),
      ),
      citations: Type.Optional(
        nullable(
          Type.Boolean({
            description: `Whether the model marks what it takes from a passage with its number, such as \`[2]\`, and replies have \`citations\`. Default ${searching.citations}.`,
          }),
        ),
      ),
      instructions: Type.Optional(
        nullable(
          Type.String({
            maxLength: limits.instructions,
            description: 'What the model should do with passages, in addition to the fixed rules. Used verbatim.',
          }),
        ),
      ),
    },
    { description: 'Ours. How the datasets of `knowledge_bases` are searched in a turn.' },
  ),
)
export type RetrievalSettings = Static<typeof RetrievalSettings>

const ruleMessage = (when: string) =>
  Type.Optional(
    nullable(
      Type.String({
        maxLength: agentBounds.message,
        description: `${when} A template with the variables of \`starting_message\`; wrapped by the channel's \`body_template\`. A message of the agent that belongs to no turn. Absent or blank: nothing is said.`,
      }),
    ),
  )

export const Inactivity = named(
  'Inactivity',
  Type.Object(
    {
      warn_after_seconds: seconds(
        'Seconds of silence before `warn_message`, which is said once in each silence; null: never. No effect if the conversation ends before.',
      ),
      warn_message: ruleMessage('Said to the end user who is silent. Does not count as activity.'),
      end_after_seconds: seconds(
        `Seconds of silence before the conversation ends with \`inactivity\`; null: never. Default ${agentDefaults.inactivity.end_after_seconds}.`,
      ),
      end_message: ruleMessage('The last message of a conversation that one of these rules ends.'),
      max_duration_seconds: seconds(
        'Maximum duration of the conversation, which then ends with `max_duration`, even during a turn; null: no limit.',
      ),
      max_user_turns: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 1,
            maximum: 100_000,
            description:
              'Maximum number of user messages. After the last one, messages are refused with 409 `conversation_ending`, and the conversation ends with `max_turns` after the reply. If the last turn fails, its message can be sent again with the same `Idempotency-Key`; null: no limit.',
          }),
        ),
      ),
    },
    {
      description:
        'When a conversation ends by itself. Silence begins with the last message or when the last turn is over, whichever is later; a conversation with a turn that runs or waits is not silent. The times are kept within 5 seconds.',
    },
  ),
)

type Redaction = (typeof redactedKinds)[number] | { name: string; pattern: string }

export const Retention = named(
  'Retention',
  Type.Object(
    {
      content_days: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 1,
            maximum: 36_500,
            description:
              'Days from the end of a conversation until its content is purged: transcript, events, summary, analyses, `initial_context`, `custom_metadata`. Default null: never.',
          }),
        ),
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
                    name: {
                      type: 'string',
                      pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$',
                      description:
                        'A word of letters, digits and underscores that begins with a letter. What matches is replaced by `[<name>]`.',
                    },
                    pattern: {
                      type: 'string',
                      minLength: 1,
                      maxLength: 1000,
                      description:
                        'A regular expression in the syntax of RE2, without lookaround and back-references. Matches have at most 256 characters.',
                    },
                  },
                },
              ],
            }),
            {
              maxItems: agentBounds.redact,
              description:
                'What is replaced by its name, such as `[email]`, before anything is stored or shown to readers. Default: nothing.',
            },
          ),
        ),
      ),
    },
    {
      description: 'Applies to conversations that begin with this version; a later change does not affect them.',
    },
  ),
)

const { analysis: bounds } = agentBounds

/** What `analysis` asks of a transcript besides a summary. */
export const AnalysisQuestions = {
  outcome: Type.Optional(
    nullable(
      Type.Object({
        options: Type.Array(
          Type.Object({
            name: Type.String({ minLength: 1, maxLength: bounds.outcome.name, description: 'Unique in the list.' }),
            description: Type.Optional(nullable(Type.String({ maxLength: bounds.outcome.description }))),
          }),
          { minItems: 1, maxItems: bounds.outcomes, description: 'Exactly one of them is chosen.' },
        ),
      }),
    ),
  ),
  extract: Type.Optional(
    nullable({
      ...JsonObject,
      description: `A JSON Schema (draft 7) of an object whose properties are filled from the transcript; at most ${bounds.extract.fields} properties and ${bounds.extract.values} values. References stay within the schema and do not recurse; patterns have no lookaround and no back-references. Properties that an object does not declare are refused, unless it has \`additionalProperties\`.`,
    }),
  ),
  success: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: bounds.success,
        description: 'A question that is answered with yes or no.',
      }),
    ),
  ),
}

const laterObject = Type.Optional(notYet(nullable(JsonObject)))

/** Settings of later capabilities, stored as they are. */
export const laterObjects = {
  stt_llm_tts: laterObject,
  stt: laterObject,
  tts: laterObject,
  turn_detection: laterObject,
  voicemail_detection: laterObject,
  recording: laterObject,
}
