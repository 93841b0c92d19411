// The settings of files: their limits, and where their bytes are.
import type { SettingsGroup } from '../config/reader.ts'

export interface BlobConfig {
  file_bytes: number
  stored_bytes_of_organization: number
}

export const blobSettings: SettingsGroup<BlobConfig> = {
  settings: [
    {
      name: 'PARLEY_LIMIT_FILE_BYTES',
      default: '52428800',
      meaning: 'Largest file; larger ones are answered with 413.',
    },
    {
      name: 'PARLEY_LIMIT_STORED_BYTES_OF_ORGANIZATION',
      default: '10737418240',
      meaning: 'Bytes of files and their texts that an organization can store; further ones are answered with 409.',
    },
  ],
  read: (read) => ({
    file_bytes: read.integer('PARLEY_LIMIT_FILE_BYTES', 1, 1_073_741_824),
    stored_bytes_of_organization: read.integer('PARLEY_LIMIT_STORED_BYTES_OF_ORGANIZATION', 1, 999_999_999_999),
  }),
}
