// The limits among the settings, each of them one row: its setting, its default and the values that it takes. Read by config.ts.
import type { Reader, Setting } from './config.ts'

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
  secret_bytes: {
    setting: 'PARLEY_LIMIT_SECRET_BYTES',
    default: 65_536,
    least: 1024,
    most: 2_000_000,
    meaning:
      'Bytes that the values of an organization’s secrets may have together; over it 409. Whatever a tool answers is searched for all of them.',
  },
  requests_per_minute: {
    setting: 'PARLEY_RATE_LIMIT_PER_MINUTE',
    default: 600,
    least: 0,
    most: 100_000_000,
    meaning: 'Requests a minute of each credential on each node; 0 switches it off; over it 429.',
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
} satisfies Record<string, LimitSetting>

export type Limits = Record<keyof typeof limits, number>

export const limitSettings: readonly Setting[] = Object.values(limits).map((limit) => ({
  name: limit.setting,
  default: String(limit.default),
  meaning: limit.meaning,
}))

export function readLimits(read: Reader): Limits {
  const entries = Object.entries(limits).map(([name, { setting, least, most }]) => [
    name,
    read.integer(setting, least, most),
  ])
  return Object.fromEntries(entries) as Limits
}
