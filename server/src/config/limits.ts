// The limits among the settings, each of them one row: its setting, its default and the values that it takes.
import type { SettingsGroup } from './reader.ts'

interface LimitSetting {
  setting: string
  default: number
  least: number
  most: number
  meaning: string
}

const limits = {
  body_bytes: {
    setting: 'PARLEY_LIMIT_BODY_BYTES',
    default: 1_048_576,
    least: 1024,
    most: 104_857_600,
    meaning: 'Largest request body; over it 413.',
  },
  message_characters: {
    setting: 'PARLEY_LIMIT_MESSAGE_CHARACTERS',
    default: 32_000,
    least: 1,
    most: 10_000_000,
    meaning: 'Longest message text; over it 422.',
  },
  metadata_bytes: {
    setting: 'PARLEY_LIMIT_METADATA_BYTES',
    default: 65_536,
    least: 2,
    most: 10_000_000,
    meaning: 'Largest `custom_metadata` or `metadata`, as JSON; over it 422.',
  },
  context_characters: {
    setting: 'PARLEY_LIMIT_CONTEXT_CHARACTERS',
    default: 32_000,
    least: 1,
    most: 10_000_000,
    meaning: 'Longest `initial_context`; over it 422.',
  },
  agent_config_bytes: {
    setting: 'PARLEY_LIMIT_AGENT_CONFIG_BYTES',
    default: 524_288,
    least: 1024,
    most: 50_000_000,
    meaning: 'Largest agent configuration, as JSON; over it 422.',
  },
  answer_bytes: {
    setting: 'PARLEY_LIMIT_ANSWER_BYTES',
    default: 4_194_304,
    least: 1024,
    most: 67_108_864,
    meaning:
      'Bytes of a transcript or of a page of a list after which an answer ends; the rest is read with `items_from` or the next cursor.',
  },
  requests_per_minute: {
    setting: 'PARLEY_RATE_LIMIT_PER_MINUTE',
    default: 600,
    least: 0,
    most: 100_000_000,
    meaning:
      'Requests a minute of each credential on each node, all tokens of one conversation together; 0 switches it off, and those of users and organizations with it; over it 429.',
  },
  requests_of_user_per_minute: {
    setting: 'PARLEY_RATE_LIMIT_OF_USER_PER_MINUTE',
    default: 1200,
    least: 0,
    most: 100_000_000,
    meaning:
      'Requests a minute of each user on each node, by all their tokens and sessions together; never less than PARLEY_RATE_LIMIT_PER_MINUTE; 0 switches it off; over it 429.',
  },
  requests_of_organization_per_minute: {
    setting: 'PARLEY_RATE_LIMIT_OF_ORGANIZATION_PER_MINUTE',
    default: 12_000,
    least: 0,
    most: 100_000_000,
    meaning:
      'Requests a minute of each organization on each node, by all its keys, members and conversation tokens together; never less than PARLEY_RATE_LIMIT_PER_MINUTE; 0 switches it off; over it 429.',
  },
  requests_of_address_per_minute: {
    setting: 'PARLEY_RATE_LIMIT_OF_ADDRESS_PER_MINUTE',
    default: 1200,
    least: 0,
    most: 100_000_000,
    meaning:
      'Requests a minute without a valid credential from each address (of IPv6: each /64) on each node: calls about signing in, and failed authentications; 0 switches it off. Over it those calls are 429, and credentials from there are checked together, ten times a second.',
  },
  connections: {
    setting: 'PARLEY_LIMIT_CONNECTIONS',
    default: 16_000,
    least: 1,
    most: 1_000_000,
    meaning: 'Connections that may be open on each node; one more is closed at once.',
  },
  connections_of_address: {
    setting: 'PARLEY_LIMIT_CONNECTIONS_OF_ADDRESS',
    default: 2000,
    least: 1,
    most: 1_000_000,
    meaning:
      'Connections that one address (of IPv6: one network of 64 bits) may have open on each node; one more is closed at once. Does not hold for `PARLEY_TRUSTED_PROXIES`, nor for 127.0.0.1 and ::1.',
  },
  request_seconds: {
    setting: 'PARLEY_LIMIT_REQUEST_SECONDS',
    default: 30,
    least: 1,
    most: 3600,
    meaning: 'Seconds in which a request has to arrive, headers and body; over it 408.',
  },
  waiting_turns: {
    setting: 'PARLEY_LIMIT_WAITING_TURNS',
    default: 32,
    least: 0,
    most: 10_000,
    meaning: 'Turns of one conversation that may wait; over it 429.',
  },
  event_streams: {
    setting: 'PARLEY_LIMIT_EVENT_STREAMS',
    default: 10_000,
    least: 0,
    most: 1_000_000,
    meaning: 'Event streams that may be open on each node; over it 429.',
  },
  event_streams_of_credential: {
    setting: 'PARLEY_LIMIT_EVENT_STREAMS_OF_CREDENTIAL',
    default: 1000,
    least: 0,
    most: 1_000_000,
    meaning:
      'Event streams that each credential may have open on each node, all tokens of one conversation together; over it 429.',
  },
  event_streams_of_user: {
    setting: 'PARLEY_LIMIT_EVENT_STREAMS_OF_USER',
    default: 1000,
    least: 0,
    most: 1_000_000,
    meaning:
      'Event streams that each user may have open on each node, by all their tokens and sessions together; over it 429.',
  },
  event_streams_percent_of_organization: {
    setting: 'PARLEY_LIMIT_EVENT_STREAMS_PERCENT_OF_ORGANIZATION',
    default: 50,
    least: 1,
    most: 100,
    meaning:
      'How much of PARLEY_LIMIT_EVENT_STREAMS one organization may have open, in percent; over it 429. Where there is one organization: 100.',
  },
} satisfies Record<string, LimitSetting>

export type Limits = Record<keyof typeof limits, number>

export const limitSettings: SettingsGroup<Limits> = {
  settings: Object.values(limits).map((limit) => ({
    name: limit.setting,
    default: String(limit.default),
    meaning: limit.meaning,
  })),
  read(read) {
    const entries = Object.entries(limits).map(([name, { setting, least, most }]) => [
      name,
      read.integer(setting, least, most),
    ])
    return Object.fromEntries(entries) as Limits
  },
}
