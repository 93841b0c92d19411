// The configuration of a trigger: what starts an execution there. One schema for each type of trigger.
import type { Static, TProperties } from 'typebox'
import { Type } from '../type.ts'
import { JsonObject, named, nullable, oneOf } from '../schema.ts'
import { secret_name_pattern } from '../secrets.ts'
import { channels } from '../vocabulary.ts'
import {
  type SignatureType,
  hookAnswers,
  hookMethods,
  missedRules,
  overlapRules,
  signatureAlgorithms,
  signatureEncodings,
  workflowBounds as bounds,
  workflowDefaults as defaults,
} from './words.ts'

function triggerConfig<const T extends string, const Fields extends TProperties>(
  name: string,
  type: T,
  fields: Fields,
  description: string,
) {
  return named(name, Type.Object({ type: Type.Unsafe<T>({ const: type }), ...fields }, { description }))
}

const agentIds = Type.Optional(
  nullable(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: bounds.agents,
      description: 'Only conversations of these agents. Default: all.',
    }),
  ),
)

const secret = Type.Optional(
  nullable(Type.String({ pattern: secret_name_pattern, description: 'The name of the secret that signs. Required.' })),
)

const signature = <const T extends SignatureType>(type: T, description: string) =>
  Type.Object({ type: Type.Unsafe<T>({ const: type }), secret }, { description })

const HookSignature = named(
  'WorkflowHookSignature',
  Type.Union(
    [
      signature('standard_webhooks', 'As Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.'),
      signature('github', 'As GitHub: `X-Hub-Signature-256`.'),
      signature('stripe', 'As Stripe: `Stripe-Signature`.'),
      signature('slack', 'As Slack: `X-Slack-Signature`, `X-Slack-Request-Timestamp`.'),
      Type.Object(
        {
          type: Type.Unsafe<'hmac'>({ const: 'hmac' }),
          secret,
          header: Type.Optional(
            nullable(
              Type.String({
                pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$",
                description: 'The header with the signature of the body. Required.',
              }),
            ),
          ),
          algorithm: Type.Optional(
            nullable(oneOf(signatureAlgorithms, `Default \`${defaults.signature.algorithm}\`.`)),
          ),
          encoding: Type.Optional(nullable(oneOf(signatureEncodings, `Default \`${defaults.signature.encoding}\`.`))),
          prefix: Type.Optional(
            nullable(
              Type.String({ maxLength: 100, description: 'Before the signature, such as `sha256=`. Default none.' }),
            ),
          ),
        },
        { description: 'An HMAC of the body in a header.' },
      ),
    ],
    { description: 'How requests prove where they come from. Default: the URL alone.' },
  ),
)

export const ManualTrigger = triggerConfig('WorkflowManualTrigger', 'manual', {}, 'Started by a call.')

export const OngoingTrigger = triggerConfig(
  'WorkflowOngoingConversationTrigger',
  'ongoing_conversation',
  {},
  'Started by the tool of an agent.',
)

export const TimerTrigger = triggerConfig(
  'WorkflowTimerTrigger',
  'timer',
  {
    cron: Type.Optional(
      nullable(
        Type.String({
          maxLength: bounds.cron,
          description:
            'Minute, hour, day of the month, month, day of the week (0 to 7, both Sunday), as `*/15 9-17 * * MON-FRI`. If both days are set, either is enough. Required.',
        }),
      ),
    ),
    timezone: Type.Optional(
      nullable(
        Type.String({
          maxLength: bounds.timezone,
          description: `A name of the IANA time zone database, such as \`Europe/Berlin\`. A local time that does not exist runs at the end of the gap, one that comes twice the first time; with \`*\` or steps in the hour, schedules run through both. Default \`${defaults.timer.timezone}\`.`,
        }),
      ),
    ),
    missed: Type.Optional(
      nullable(
        oneOf(
          missedRules,
          `The times at which no server ran: the latest of them, none, or all, up to 100. Default \`${defaults.timer.missed}\`.`,
        ),
      ),
    ),
    overlap: Type.Optional(
      nullable(
        oneOf(
          overlapRules,
          `Whether a time is skipped while the execution of an earlier one has not ended. Default \`${defaults.timer.overlap}\`.`,
        ),
      ),
    ),
  },
  'Started by a schedule.',
)

export const WebhookTrigger = triggerConfig(
  'WorkflowWebhookTrigger',
  'webhook',
  {
    methods: Type.Optional(
      nullable(
        Type.Array(oneOf(hookMethods), { minItems: 1, maxItems: bounds.methods, description: 'Default `POST`.' }),
      ),
    ),
    signature: Type.Optional(nullable(HookSignature)),
    dedupe: Type.Optional(
      nullable(
        Type.String({
          maxLength: bounds.dedupe,
          description:
            "What tells a repeated request: the name of a header (letters, digits, `-` and `_` only), or a JSONata expression over `method`, `headers`, `query` and `body`. Default: the id of the signature's scheme, if it has one.",
        }),
      ),
    ),
    dedupe_hours: Type.Optional(
      nullable(
        Type.Integer({
          minimum: bounds.dedupe_hours.least,
          maximum: bounds.dedupe_hours.most,
          description: `How long a request counts as repeated. Default ${defaults.webhook.dedupe_hours}.`,
        }),
      ),
    ),
    respond: Type.Optional(
      nullable(
        oneOf(
          hookAnswers,
          `What a request is answered: that it was accepted, or, within 30 seconds, the output. Default \`${defaults.webhook.respond}\`.`,
        ),
      ),
    ),
  },
  'Started by a request to a URL of its own.',
)

export const EventTrigger = triggerConfig(
  'WorkflowEventTrigger',
  'event',
  {
    events: Type.Optional(
      nullable(
        Type.Array(Type.String({ minLength: 1, maxLength: bounds.event }), {
          maxItems: bounds.events,
          description:
            'Event types, patterns such as `conversation.*`, or `*` for all, as for webhooks; those of executions start nothing. Required.',
        }),
      ),
    ),
    agent_id: Type.Optional(
      nullable(Type.String({ minLength: 1, maxLength: 200, description: 'Only events of this agent. Default: all.' })),
    ),
    filter: Type.Optional(
      nullable(
        Type.String({
          maxLength: bounds.dedupe,
          description: 'A JSONata expression over the payload; only events for which it is true start. Default: all.',
        }),
      ),
    ),
  },
  'Started by an event of a conversation or of the organization.',
)

export const PostCallTrigger = triggerConfig(
  'WorkflowPostCallTrigger',
  'post_call',
  {
    agent_ids: agentIds,
    channels: Type.Optional(
      nullable(Type.Array(oneOf(channels), { minItems: 1, maxItems: channels.length, description: 'Default: all.' })),
    ),
    custom_metadata: Type.Optional(
      nullable({ ...JsonObject, description: 'Added to the payload as `custom_metadata`. From AnyReach.' }),
    ),
  },
  'Started when a conversation ends.',
)

export const PreCallTrigger = triggerConfig(
  'WorkflowPreCallTrigger',
  'pre_call',
  { agent_ids: agentIds },
  'Started before a conversation begins, which waits for it.',
)

export const TriggerConfig = named(
  'WorkflowTriggerConfig',
  Type.Union([
    ManualTrigger,
    OngoingTrigger,
    TimerTrigger,
    WebhookTrigger,
    EventTrigger,
    PostCallTrigger,
    PreCallTrigger,
  ]),
)
export type TriggerConfig = Static<typeof TriggerConfig>
export type HookSignature = Static<typeof HookSignature>
