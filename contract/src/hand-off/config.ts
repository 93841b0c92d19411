// `hand_off` and `satisfaction` of AgentConfig.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { LanguageModel } from '../language-model.ts'
import { named, nullable, oneOf } from '../schema.ts'
import { handOffBounds, handOffDefaults, satisfactionAsks } from './words.ts'

const optional = <T extends Parameters<typeof nullable>[0]>(schema: T) => Type.Optional(nullable<T>(schema))
const range = ({ least, most }: { least: number; most: number }, description: string) =>
  Type.Integer({ minimum: least, maximum: most, description })

const { low_confidence, satisfaction } = handOffDefaults

const LowConfidence = named(
  'LowConfidence',
  Type.Object({
    threshold: optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: `A reply rated below this counts. Default ${low_confidence.threshold}.`,
      }),
    ),
    consecutive: optional(
      range(
        handOffBounds.consecutive,
        `How many such replies in a row it takes. Default ${low_confidence.consecutive}.`,
      ),
    ),
    llm: Type.Optional({
      ...nullable(LanguageModel),
      description: 'The model that rates. Default: the model of the agent, with its fallbacks.',
    }),
  }),
)

export const HandOffConfig = named(
  'HandOffConfig',
  Type.Object(
    {
      enabled: optional(
        Type.Boolean({
          description: `Whether the model has the tool \`hand_off\` and the rules below hold. Default ${handOffDefaults.enabled}.`,
        }),
      ),
      max_per_conversation: optional(
        range(
          handOffBounds.max_per_conversation,
          `How often tool, rules and end users can ask for a person in one conversation. Then tool and rules are declined, and conversation tokens get 409 \`handoff_limit_reached\`. Default ${handOffDefaults.max_per_conversation}.`,
        ),
      ),
      team: optional(
        Type.String({
          minLength: 1,
          maxLength: 63,
          description:
            'The key of the team that is asked. A key without a team is a warning, and means the default team.',
        }),
      ),
      teams: optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 63 }), {
          maxItems: handOffBounds.teams_of_agent,
          description: 'The keys of the teams that the model may choose from. Default: none, it does not choose.',
        }),
      ),
      asked_for_person: optional(
        Type.Boolean({
          description: `Whether the instructions ask the model to hand off when the end user asks for a person. Default ${handOffDefaults.asked_for_person}.`,
        }),
      ),
      keywords: optional(
        Type.Array(Type.String({ minLength: 1, maxLength: handOffBounds.keyword, pattern: '\\S' }), {
          maxItems: handOffBounds.keywords,
          description:
            'Words and phrases that hand off when a message has one, compared as whole words in any case after Unicode normalization (NFKC). The model is not called; the reply is the wait message. Default: none.',
        }),
      ),
      after_failed_replies: optional(
        range(
          handOffBounds.after_failed_replies,
          `Hands off when so many turns in a row have failed; null: never. Default ${handOffDefaults.after_failed_replies}.`,
        ),
      ),
      low_confidence: Type.Optional({
        ...nullable(LowConfidence),
        description:
          'Has each reply rated by a model, as `metrics.confidence` of its message, and hands off when replies are rated low in a row. Default null: replies are not rated.',
      }),
      relay_in_reply: optional(
        Type.Boolean({
          description: `For clients that read no events: \`reply\` of a message that was given to people is what people have written since the message before, separated by blank lines; that of the first message after the return has it before the reply of the agent. Default ${handOffDefaults.relay_in_reply}: it is empty.`,
        }),
      ),
    },
    { description: 'When the agent hands the conversation to people. The operations work without it.' },
  ),
)
export type HandOffConfig = Static<typeof HandOffConfig>

export const SatisfactionConfig = named(
  'SatisfactionConfig',
  Type.Object(
    {
      enabled: optional(
        Type.Boolean({ description: `Whether conversations can be rated. Default ${satisfaction.enabled}.` }),
      ),
      question: optional(
        Type.String({
          maxLength: handOffBounds.question,
          description: 'What clients ask. Default: their own question.',
        }),
      ),
      ask: optional(
        oneOf(
          satisfactionAsks,
          `After which conversations clients ask: all, or those that a person took part in. Default \`${satisfaction.ask}\`.`,
        ),
      ),
      valid_hours: optional(
        range(
          handOffBounds.valid_hours,
          `Hours from the end of a conversation in which it can be rated. Default ${satisfaction.valid_hours}.`,
        ),
      ),
    },
    { description: 'Whether end users are asked what the conversation was like.' },
  ),
)
export type SatisfactionConfig = Static<typeof SatisfactionConfig>
