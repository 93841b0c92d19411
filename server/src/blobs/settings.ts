// The settings of files: their limits, and, in a group of its own that nobody shows, where their bytes are.
import type { Reader, Setting, SettingsGroup } from '../config/reader.ts'

export interface S3Config {
  endpoint: string
  region: string
  bucket: string
  /** Empty, or ends with a slash. */
  prefix: string
  access_key_id: string
  secret_access_key: string
  /** Whether the bucket is in the path of an address, and not in its host. */
  path_style: boolean
}

export interface BlobLimits {
  file_bytes: number
  stored_bytes_of_organization: number
}

export interface BlobStoreConfig {
  /** Where new files go. */
  store: 'postgres' | 's3'
  /** Null: it cannot be reached. */
  s3: S3Config | null
}

export const blobSettings: SettingsGroup<BlobLimits> = {
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

const storeSettings: readonly Setting[] = [
  {
    name: 'PARLEY_BLOB_STORE',
    default: '`postgres`',
    meaning:
      'Where new files go: `postgres`, so that a backup of the database holds them, or `s3`. `parley blobs move` moves those that exist.',
  },
  {
    name: 'PARLEY_S3_ENDPOINT',
    default: 'Amazon S3 in the region',
    meaning: 'Address of the S3-compatible storage, such as `https://minio.example.com:9000`.',
  },
  { name: 'PARLEY_S3_REGION', default: '`us-east-1`', meaning: 'Region of the bucket.' },
  {
    name: 'PARLEY_S3_BUCKET',
    default: 'none',
    meaning: 'Bucket for files. Every node of a database needs the same.',
  },
  { name: 'PARLEY_S3_PREFIX', default: 'none', meaning: 'What the names of all objects begin with, such as `parley`.' },
  { name: 'PARLEY_S3_ACCESS_KEY_ID', default: 'none', meaning: 'Key that may read, write and delete in the bucket.' },
  { name: 'PARLEY_S3_SECRET_ACCESS_KEY', default: 'none', meaning: 'Its secret.', secret: true },
  {
    name: 'PARLEY_S3_PATH_STYLE',
    default: '`true` with PARLEY_S3_ENDPOINT, else `false`',
    meaning: '`true`: the bucket is in the path of an address (`https://host/bucket`), `false`: in its host.',
  },
]

export const blobStoreSettings: SettingsGroup<BlobStoreConfig> = {
  settings: storeSettings,
  read(read) {
    const store = readChoice(read, 'PARLEY_BLOB_STORE', ['postgres', 's3'] as const) ?? 'postgres'
    return { store, s3: readS3(read, store) }
  },
}

const needed = ['PARLEY_S3_BUCKET', 'PARLEY_S3_ACCESS_KEY_ID', 'PARLEY_S3_SECRET_ACCESS_KEY'] as const
const further = ['PARLEY_S3_ENDPOINT', 'PARLEY_S3_REGION', 'PARLEY_S3_PREFIX', 'PARLEY_S3_PATH_STYLE'] as const

function readS3(read: Reader, store: BlobStoreConfig['store']): S3Config | null {
  const missing = needed.filter((name) => read.text(name) === undefined)
  const given = [...needed, ...further].filter((name) => read.text(name) !== undefined)
  const because = store === 's3' ? 'PARLEY_BLOB_STORE is s3' : `${given[0]} is set`
  if (store === 's3' || given.length > 0)
    for (const name of missing) read.fault(`${name} is missing, although ${because}`)
  const region = read.matching('PARLEY_S3_REGION', /^[\w-]{1,64}$/, 'eu-central-1') ?? 'us-east-1'
  const endpoint = read.url('PARLEY_S3_ENDPOINT', /^https?:\/\/[^/?#@]+\/?$/, 'https://minio.example.com:9000')
  const bucket = read.matching('PARLEY_S3_BUCKET', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'parley-files')
  const prefix = read.matching('PARLEY_S3_PREFIX', /^[\w./-]{1,200}$/, 'parley or parley/files')
  const path_style = readChoice(read, 'PARLEY_S3_PATH_STYLE', ['true', 'false'] as const)
  if (missing.length > 0) return null
  return {
    endpoint: endpoint?.replace(/\/$/, '') ?? `https://s3.${region}.amazonaws.com`,
    region,
    bucket: bucket!,
    prefix: prefix === undefined ? '' : `${prefix.replaceAll(/^\/+|\/+$/g, '')}/`,
    access_key_id: read.text('PARLEY_S3_ACCESS_KEY_ID')!,
    secret_access_key: read.text('PARLEY_S3_SECRET_ACCESS_KEY')!,
    path_style: path_style === undefined ? endpoint !== undefined : path_style === 'true',
  }
}

function readChoice<const Choice extends string>(
  read: Reader,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = read.text(name)
  const choice = choices.find((known) => known === text)
  if (text !== undefined && choice === undefined) read.fault(`${name} must be ${choices.join(' or ')}, not "${text}"`)
  return choice
}
