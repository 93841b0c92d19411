// The settings of secrets.
import type { SettingsGroup } from '../config/reader.ts'

export const secretSettings: SettingsGroup<{ secret_bytes: number }> = {
  settings: [
    {
      name: 'PARLEY_LIMIT_SECRET_BYTES',
      default: '65536',
      meaning:
        'Total size in bytes of the values of an organization’s secrets; larger ones are answered with 409. Every tool response is searched for all of them.',
    },
  ],
  read: (read) => ({ secret_bytes: read.integer('PARLEY_LIMIT_SECRET_BYTES', 1024, 2_000_000) }),
}
