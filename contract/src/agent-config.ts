// AgentConfig: the content of an agent version. This schema validates, fills in defaults and is published unchanged.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import {
  AnalysisQuestions,
  BuiltInTools,
  Inactivity,
  KnowledgeBase,
  McpServer,
  QuickAction,
  Retention,
  RetrievalSettings,
  laterObjects,
} from './agent-config-parts.ts'
import { conversationWorkflows } from './agent-workflows.ts'
import { HandOffConfig, SatisfactionConfig } from './hand-off/config.ts'
import { LanguageModel } from './language-model.ts'
import { named, nullable, oneOf } from './schema.ts'
import { ToolConfig } from './tool-config.ts'
import { agentBounds, agentDefaults, agentKinds, instructionsModes } from './agent-words.ts'
import { channels, concurrencyRules } from './vocabulary.ts'
import { FormDefinition } from './widgets.ts'

const templateText = (description: string) => Type.String({ maxLength: agentBounds.text, description })

const StartingMessage = named(
  'StartingMessage',
  Type.Unsafe<string | { type: 'static'; text: string } | { type: 'generated'; instructions: string } | null>({
    description:
      'The greeting. A text is a template, the same as `static`; with `generated` the model writes it; null: no greeting.',
    anyOf: [
      { type: 'null' },
      { type: 'string', maxLength: agentBounds.message },
      {
        type: 'object',
        required: ['type', 'text'],
        properties: { type: { const: 'static' }, text: { type: 'string', maxLength: agentBounds.message } },
      },
      {
        type: 'object',
        required: ['type', 'instructions'],
        properties: { type: { const: 'generated' }, instructions: { type: 'string', maxLength: agentBounds.message } },
      },
    ],
  }),
)

const maxToolSteps = Type.Integer({
  minimum: 1,
  maximum: 100,
  description: `Maximum number of model calls with tools in a turn; after that the model is called once more, without tools. Default ${agentDefaults.max_tool_steps}.`,
})

const ChannelOverride = named(
  'ChannelOverride',
  Type.Object({
    instructions: Type.Optional(
      nullable(templateText('Extends or replaces `instructions`, depending on `instructions_mode`.')),
    ),
    instructions_mode: Type.Optional(
      nullable(oneOf(instructionsModes, `Default \`${agentDefaults.instructions_mode}\`, separated by a blank line.`)),
    ),
    starting_message: Type.Optional(StartingMessage),
    max_tool_steps: Type.Optional(nullable(maxToolSteps)),
  }),
)

const ChannelProperties = named(
  'ChannelProperties',
  Type.Object({
    channel: Type.Optional(nullable(oneOf(channels))),
    enabled: Type.Optional(
      nullable(
        Type.Boolean({
          description: `Whether the agent is available on this channel. Default ${agentDefaults.channel.enabled}.`,
        }),
      ),
    ),
    body_template: Type.Optional(
      nullable(
        templateText(
          `Wraps each reply before it is returned and stored. Default \`${agentDefaults.channel.body_template}\`.`,
        ),
      ),
    ),
  }),
)

const { analysis } = agentDefaults

const AnalysisConfig = named(
  'AnalysisConfig',
  Type.Object({
    wait_ms: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 0,
          maximum: 60_000,
          description: `How long \`end\` waits for the analysis. Default ${analysis.wait_ms}.`,
        }),
      ),
    ),
    summary: Type.Optional(
      nullable(
        Type.Object({
          enabled: Type.Optional(nullable(Type.Boolean({ description: `Default ${analysis.summary.enabled}.` }))),
          instructions: Type.Optional(nullable(templateText('What the summary should focus on.'))),
          max_words: Type.Optional(
            nullable(
              Type.Integer({ minimum: 1, maximum: 2000, description: `Default ${analysis.summary.max_words}.` }),
            ),
          ),
        }),
      ),
    ),
    ...AnalysisQuestions,
    llm: Type.Optional({
      ...nullable(LanguageModel),
      description: 'The model of the analysis. Default: the model of the agent, with its fallbacks.',
    }),
  }),
)

/** Has a property for each channel. */
const perChannel = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) =>
  Type.Object({
    telephone: Type.Optional(schema),
    webrtc: Type.Optional(schema),
    email: Type.Optional(schema),
    text: Type.Optional(schema),
  })

export const AgentConfig = named(
  'AgentConfig',
  Type.Object(
    {
      kind: Type.Optional(nullable(oneOf(agentKinds, `Default \`${agentDefaults.kind}\`.`))),
      instructions: Type.Optional(
        nullable(
          templateText(
            'The system prompt: a Jinja template with the variables `custom_metadata`, `user_id`, `channel` and `now`. An undefined variable renders as empty.',
          ),
        ),
      ),
      guardrails: Type.Optional(
        nullable(
          Type.String({
            maxLength: agentBounds.text,
            description: 'Rules that are appended to the instructions verbatim.',
          }),
        ),
      ),
      starting_message: Type.Optional(StartingMessage),
      llm: Type.Optional(nullable(LanguageModel)),
      max_turn_seconds: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 1,
            maximum: 3600,
            description: `A turn that takes longer fails. Default ${agentDefaults.max_turn_seconds}.`,
          }),
        ),
      ),
      concurrency: Type.Optional(
        nullable(
          oneOf(
            concurrencyRules,
            `What a message does while another turn runs. Default \`${agentDefaults.concurrency}\`.`,
          ),
        ),
      ),
      context_window: Type.Optional(
        nullable(
          Type.Object({
            max_items: Type.Optional(
              nullable(
                Type.Integer({
                  minimum: 1,
                  maximum: 10_000,
                  description: `Default ${agentDefaults.context_window.max_items}.`,
                }),
              ),
            ),
            max_tokens: Type.Optional(
              nullable(
                Type.Integer({
                  minimum: 1,
                  maximum: 10_000_000,
                  description: `Estimated at four characters per token. The newest turn is always included whole, except that tool results are cut off to fit. Default ${agentDefaults.context_window.max_tokens}.`,
                }),
              ),
            ),
          }),
        ),
      ),
      tools: Type.Optional(nullable(Type.Array(ToolConfig, { maxItems: agentBounds.tools }))),
      max_tool_steps: Type.Optional(nullable(maxToolSteps)),
      mcp_servers: Type.Optional(nullable(Type.Array(McpServer, { maxItems: agentBounds.mcp_servers }))),
      built_in_tools: Type.Optional(nullable(BuiltInTools)),
      forms: Type.Optional(nullable(Type.Array(FormDefinition, { maxItems: agentBounds.forms }))),
      quick_actions: Type.Optional(
        nullable(
          Type.Array(QuickAction, {
            maxItems: agentBounds.quick_actions,
            description: 'What an end user of a web widget can say with one press.',
          }),
        ),
      ),
      knowledge_bases: Type.Optional(
        nullable(
          Type.Array(KnowledgeBase, {
            maxItems: agentBounds.knowledge_bases,
            description: 'The datasets that the agent looks things up in.',
          }),
        ),
      ),
      retrieval: Type.Optional(nullable(RetrievalSettings)),
      channel_overrides: Type.Optional(nullable(perChannel(ChannelOverride))),
      channel_properties: Type.Optional(nullable(perChannel(ChannelProperties))),
      analysis: Type.Optional(nullable(AnalysisConfig)),
      inactivity: Type.Optional(nullable(Inactivity)),
      retention: Type.Optional(nullable(Retention)),
      hand_off: Type.Optional(nullable(HandOffConfig)),
      satisfaction: Type.Optional(nullable(SatisfactionConfig)),
      ...conversationWorkflows,
      ...laterObjects,
    },
    {
      description:
        'Known keys are validated. Unknown keys, at any depth, are stored, returned and listed in `warnings`, but have no effect.',
    },
  ),
)

export type AgentConfig = Static<typeof AgentConfig>
