// The resources of web widgets: the widget, its limits, identity keys and blocks.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { Id, JsonObject, Timestamp, named, nullable, oneOf } from '../schema.ts'
import {
  type WidgetLimit,
  captchaOccasions,
  captchaProviders,
  liveReasons,
  widgetBounds,
  widgetLimits,
} from './words.ts'

const boundedLimit = (name: WidgetLimit) => {
  const { least, most, default: value } = widgetLimits[name]
  return Type.Integer({ minimum: least, maximum: most, description: `Default ${value}.` })
}

const limitNames = Object.keys(widgetLimits) as WidgetLimit[]
type LimitSchemas = Record<WidgetLimit, ReturnType<typeof boundedLimit>>
const limitSchemas = Object.fromEntries(limitNames.map((name) => [name, boundedLimit(name)])) as LimitSchemas

/** Every limit, with defaults filled in. */
export const WebWidgetLimits = named(
  'WebWidgetLimits',
  Type.Object(
    {
      ...limitSchemas,
      tokens_per_day: nullable({
        ...limitSchemas.tokens_per_day,
        description: 'Tokens of input and output until 00:00 UTC; null: no limit. Default 2,000,000.',
      }),
    },
    { description: 'What visitors can use, counted over all nodes.' },
  ),
)
export type WebWidgetLimits = Static<typeof WebWidgetLimits>

/** Replaces all limits: those that are left out have their defaults. */
export const WebWidgetLimitsInput = Type.Partial(WebWidgetLimits, {
  description: 'Replaces all limits. Those that are left out have their defaults.',
})
export type WebWidgetLimitsInput = Static<typeof WebWidgetLimitsInput>

const identityFlags = {
  required: Type.Boolean({ description: 'Whether only visitors that the site has signed can start. Default false.' }),
  allow_hmac: Type.Boolean({
    description: 'Whether `{user_id, user_hash}` is accepted, which never expires. Default false.',
  }),
}
export const WebWidgetIdentity = Type.Object(identityFlags)
export type WebWidgetIdentity = Static<typeof WebWidgetIdentity>
export const WebWidgetIdentityInput = Type.Partial(WebWidgetIdentity)

export const WebWidgetCaptcha = Type.Object({
  provider: oneOf(captchaProviders),
  site_key: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,200}$', description: 'Public.' }),
  secret_name: Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'The name of the organization’s secret that has the provider’s secret key.',
  }),
  when: oneOf(captchaOccasions, '`suspicious`: from the third start of an address in an hour.'),
})
export type WebWidgetCaptcha = Static<typeof WebWidgetCaptcha>

export const domainList = Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
  maxItems: widgetBounds.domains,
  description:
    'The sites that can show the widget, such as `https://example.com` or `https://*.example.com` (not the apex). Compared by scheme, host and port; `https://` is added where there is no scheme, and paths are dropped. `www` is an entry of its own. Empty: any site.',
})

/** What AnyReach has too, and what anyone can read. */
const compatWidgetFields = {
  id: Id,
  organization_id: Id,
  agent_id: Id,
  agent_version_id: Type.String({ description: 'The version that answers.' }),
  domains: domainList,
  published: Type.Boolean(),
  config: Type.Unsafe<Record<string, unknown>>({
    ...JsonObject,
    description: 'As `WebWidgetConfig`, in its stored form, with unknown keys.',
  }),
  created_at: Timestamp,
  updated_at: Timestamp,
}

export const WebWidget = named(
  'WebWidget',
  Type.Object({
    ...compatWidgetFields,
    name: Type.String({ description: 'Ours; never public.' }),
    limits: WebWidgetLimits,
    identity: WebWidgetIdentity,
    captcha: nullable(WebWidgetCaptcha),
    live: Type.Boolean({ description: 'Whether the widget and its version are published, and the agent is active.' }),
    live_reason: oneOf(liveReasons, 'Why it is not live.'),
    revision: Type.Integer({ description: 'Increases with every change. For `If-Match`.' }),
    warnings: Type.Array(Type.String(), {
      description: 'What is stored but has no effect, and what is probably not meant.',
    }),
  }),
)
export type WebWidget = Static<typeof WebWidget>

/** A widget in the answer of `getAgent`. */
export const AgentWebWidget = Type.Object({
  id: Id,
  name: Type.String(),
  published: Type.Boolean(),
  live: Type.Boolean(),
  agent_version_id: Id,
})
export type AgentWebWidget = Static<typeof AgentWebWidget>

const identityKey = {
  key_id: Id,
  created_at: Timestamp,
  last_used_at: nullable({ ...Timestamp, description: 'May be up to a minute old.' }),
}
export const WebWidgetIdentityKey = named('WebWidgetIdentityKey', Type.Object(identityKey))
export const NewWebWidgetIdentityKey = named(
  'NewWebWidgetIdentityKey',
  Type.Object({
    ...identityKey,
    secret: Type.String({ description: 'Its bytes in UTF-8 are the key that signs identities. Shown only once.' }),
  }),
)

export const WebWidgetBlock = named(
  'WebWidgetBlock',
  Type.Object({
    block_id: Id,
    conversation_id: Type.String({ description: 'Its visitor and their address are blocked.' }),
    expires_at: Timestamp,
    reason: nullable(Type.String()),
  }),
)
