// The settings that are limits, one entry for each: its name, its default and its range.
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
    meaning: 'Largest request body; larger ones are answered with 413.',
  },
  message_characters: {
    setting: 'PARLEY_LIMIT_MESSAGE_CHARACTERS',
    default: 32_000,
    least: 1,
    most: 10_000_000,
    meaning: 'Longest message text; longer ones are answered with 422.',
  },
  metadata_bytes: {
    setting: 'PARLEY_LIMIT_METADATA_BYTES',
    default: 65_536,
    least: 2,
    most: 10_000_000,
    meaning: 'Largest `custom_metadata` or `metadata`, as JSON; larger ones are answered with 422.',
  },
  context_characters: {
    setting: 'PARLEY_LIMIT_CONTEXT_CHARACTERS',
    default: 32_000,
    least: 1,
    most: 10_000_000,
    meaning: 'Longest `initial_context`; longer ones are answered with 422.',
  },
  agent_config_bytes: {
    setting: 'PARLEY_LIMIT_AGENT_CONFIG_BYTES',
    default: 524_288,
    least: 1024,
    most: 50_000_000,
    meaning: 'Largest agent configuration, as JSON; larger ones are answered with 422.',
  },
  answer_bytes: {
    setting: 'PARLEY_LIMIT_ANSWER_BYTES',
    default: 4_194_304,
    least: 1024,
    most: 67_108_864,
    meaning:
      'Size in bytes at which a transcript or a page of a list ends; read the rest with `items_from` or the next cursor.',
  },
  requests_per_minute: {
    setting: 'PARLEY_RATE_LIMIT_PER_MINUTE',
    default: 600,
    least: 0,
    most: 100_000_000,
    meaning:
      'Requests per minute for each credential on each node; all tokens of one conversation count as one credential. Further ones are answered with 429. 0 disables this limit and those of users and organizations.',
  },
  requests_of_user_per_minute: {
    setting: 'PARLEY_RATE_LIMIT_OF_USER_PER_MINUTE',
    default: 1200,
    least: 0,
    most: 100_000_000,
    meaning:
      'Requests per minute for each user on each node, across all their tokens and sessions; at least PARLEY_RATE_LIMIT_PER_MINUTE. Further ones are answered with 429. 0 disables it.',
  },
  requests_of_organization_per_minute: {
    setting: 'PARLEY_RATE_LIMIT_OF_ORGANIZATION_PER_MINUTE',
    default: 12_000,
    least: 0,
    most: 100_000_000,
    meaning:
      'Requests per minute for each organization on each node, across all its keys, members and conversation tokens; at least PARLEY_RATE_LIMIT_PER_MINUTE. The visitors of its web widgets have as many requests of their own. Further ones are answered with 429. 0 disables it.',
  },
  requests_of_address_per_minute: {
    setting: 'PARLEY_RATE_LIMIT_OF_ADDRESS_PER_MINUTE',
    default: 1200,
    least: 0,
    most: 100_000_000,
    meaning:
      'Requests per minute without a valid credential for each address (for IPv6: each /64) on each node: sign-in calls and failed authentications. Above it sign-in calls are answered with 429, and all credentials from that address share ten checks per second. 0 disables it.',
  },
  connections: {
    setting: 'PARLEY_LIMIT_CONNECTIONS',
    default: 20_000,
    least: 1,
    most: 1_000_000,
    meaning: 'Open connections on each node; further ones are closed at once.',
  },
  connections_of_address: {
    setting: 'PARLEY_LIMIT_CONNECTIONS_OF_ADDRESS',
    default: 500,
    least: 1,
    most: 1_000_000,
    meaning:
      'Open connections from one address (for IPv6: one /64) on each node; further ones are closed at once. Does not apply to `PARLEY_TRUSTED_PROXIES`, 127.0.0.1 and ::1.',
  },
  request_seconds: {
    setting: 'PARLEY_LIMIT_REQUEST_SECONDS',
    default: 30,
    least: 1,
    most: 3600,
    meaning:
      'Seconds in which a whole request, headers and body, must arrive; slower ones are answered with 408. Headers have at most 10 of them.',
  },
  running_turns: {
    setting: 'PARLEY_LIMIT_RUNNING_TURNS',
    default: 2000,
    least: 1,
    most: 1_000_000,
    meaning:
      'Turns that run at once on each node. At it, further calls are answered with 503 `overloaded`, those of organizations with more than an equal share first; ends, cancellations and health never.',
  },
  memory_mb: {
    setting: 'PARLEY_LIMIT_MEMORY_MB',
    default: 0,
    least: 0,
    most: 10_000_000,
    meaning:
      'Megabytes that the process should not exceed; from 85 % of it on, lists and the like are answered with 503 `overloaded`. 0: the limit of its control group, if it has one.',
  },
  loop_delay_ms: {
    setting: 'PARLEY_LIMIT_LOOP_DELAY_MS',
    default: 75,
    least: 0,
    most: 60_000,
    meaning:
      'Mean delay of the event loop over half a second above which lists, statistics, exports, imports and new streams are answered with 503 `overloaded`; at twice as much, everything but ends, cancellations and health. 0 disables it.',
  },
  connection_wait_ms: {
    setting: 'PARLEY_LIMIT_CONNECTION_WAIT_MS',
    default: 250,
    least: 0,
    most: 60_000,
    meaning:
      'The same for the longest wait for a connection to the database. Where uses of one organization wait behind each other, it counts for the calls of that organization alone. 0 disables it.',
  },
  waiting_turns: {
    setting: 'PARLEY_LIMIT_WAITING_TURNS',
    default: 32,
    least: 0,
    most: 10_000,
    meaning: 'Waiting turns in one conversation; further messages are answered with 429.',
  },
  event_streams: {
    setting: 'PARLEY_LIMIT_EVENT_STREAMS',
    default: 10_000,
    least: 0,
    most: 1_000_000,
    meaning: 'Open event streams on each node; further ones are answered with 429.',
  },
  event_streams_of_credential: {
    setting: 'PARLEY_LIMIT_EVENT_STREAMS_OF_CREDENTIAL',
    default: 1000,
    least: 0,
    most: 1_000_000,
    meaning:
      'Open event streams for each credential on each node; all tokens of one conversation count as one credential. Further ones are answered with 429.',
  },
  event_streams_of_user: {
    setting: 'PARLEY_LIMIT_EVENT_STREAMS_OF_USER',
    default: 1000,
    least: 0,
    most: 1_000_000,
    meaning:
      'Open event streams for each user on each node, across all their tokens and sessions; further ones are answered with 429.',
  },
  event_streams_percent_of_organization: {
    setting: 'PARLEY_LIMIT_EVENT_STREAMS_PERCENT_OF_ORGANIZATION',
    default: 50,
    least: 1,
    most: 100,
    meaning:
      'Percentage of PARLEY_LIMIT_EVENT_STREAMS that one organization can use; further streams are answered with 429. Set it to 100 if there is only one organization.',
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
