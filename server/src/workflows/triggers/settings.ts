// The settings of triggers.
import type { SettingsGroup } from '../../config/reader.ts'

export interface TriggerSettings {
  hook_bytes: number
  hook_requests_per_minute: number
  fire_days: number
  transcript_characters: number
}

export const triggerSettings: SettingsGroup<TriggerSettings> = {
  settings: [
    {
      name: 'PARLEY_LIMIT_HOOK_BODY_BYTES',
      default: '1048576',
      meaning:
        'Largest body of a request to the URL of a workflow; larger ones are answered with 413, also those above PARLEY_LIMIT_BODY_BYTES.',
    },
    {
      name: 'PARLEY_LIMIT_HOOK_REQUESTS_PER_MINUTE',
      default: '600',
      meaning:
        'Requests to the URL of a workflow, per minute and node; further ones are answered with 429. 0: no limit.',
    },
    {
      name: 'PARLEY_WORKFLOW_FIRE_RETENTION_DAYS',
      default: '30',
      meaning: 'How many days it is known what the triggers of workflows have fired.',
    },
    {
      name: 'PARLEY_WORKFLOW_TRANSCRIPT_CHARACTERS',
      default: '200000',
      meaning:
        'Characters of a transcript that a workflow after a conversation is given; the oldest messages are left out.',
    },
  ],
  read: (read) => ({
    hook_bytes: read.integer('PARLEY_LIMIT_HOOK_BODY_BYTES', 1024, 10_485_760),
    hook_requests_per_minute: read.integer('PARLEY_LIMIT_HOOK_REQUESTS_PER_MINUTE', 0, 1_000_000),
    fire_days: read.integer('PARLEY_WORKFLOW_FIRE_RETENTION_DAYS', 1, 3650),
    transcript_characters: read.integer('PARLEY_WORKFLOW_TRANSCRIPT_CHARACTERS', 1000, 10_000_000),
  }),
}
