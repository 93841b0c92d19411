import { describe, expect, test } from 'vitest'
import { ConfigError } from '../config/config.ts'
import { readConfig } from '../settings.ts'
import { blobStoreSettings } from './settings.ts'

const keys = {
  PARLEY_S3_BUCKET: 'files',
  PARLEY_S3_ACCESS_KEY_ID: 'id',
  PARLEY_S3_SECRET_ACCESS_KEY: 'secret',
}

const read = (environment: Record<string, string>) => readConfig(environment).of(blobStoreSettings)

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

test('files are in the database unless the settings say otherwise', () => {
  expect(read({})).toEqual({ store: 'postgres', s3: null })
  expect(read(keys)).toMatchObject({ store: 'postgres', s3: { bucket: 'files' } })
})

describe('S3', () => {
  test('of Amazon, in a region', () => {
    expect(read({ ...keys, PARLEY_BLOB_STORE: 's3', PARLEY_S3_REGION: 'eu-central-1' })).toEqual({
      store: 's3',
      s3: {
        ...{ endpoint: 'https://s3.eu-central-1.amazonaws.com', region: 'eu-central-1', bucket: 'files', prefix: '' },
        ...{ access_key_id: 'id', secret_access_key: 'secret', path_style: false },
      },
    })
  })

  test('of one’s own', () => {
    const own = { ...keys, PARLEY_S3_ENDPOINT: 'http://minio:9000/', PARLEY_S3_PREFIX: '/parley/files/' }
    expect(read(own).s3).toMatchObject({ endpoint: 'http://minio:9000', prefix: 'parley/files/', path_style: true })
    expect(read({ ...own, PARLEY_S3_PATH_STYLE: 'false' }).s3).toMatchObject({ path_style: false })
  })
})

describe('contradictions stop the start, all of them at once', () => {
  test.each<[Record<string, string>, string[]]>([
    [
      { PARLEY_BLOB_STORE: 's3' },
      [
        'PARLEY_S3_BUCKET is missing, although PARLEY_BLOB_STORE is s3',
        'PARLEY_S3_ACCESS_KEY_ID is missing, although PARLEY_BLOB_STORE is s3',
        'PARLEY_S3_SECRET_ACCESS_KEY is missing, although PARLEY_BLOB_STORE is s3',
      ],
    ],
    [{ ...keys, PARLEY_S3_BUCKET: '' }, ['PARLEY_S3_BUCKET is missing, although PARLEY_S3_ACCESS_KEY_ID is set']],
    [
      { PARLEY_S3_REGION: 'eu' },
      [
        'PARLEY_S3_BUCKET is missing, although PARLEY_S3_REGION is set',
        'PARLEY_S3_ACCESS_KEY_ID is missing, although PARLEY_S3_REGION is set',
        'PARLEY_S3_SECRET_ACCESS_KEY is missing, although PARLEY_S3_REGION is set',
      ],
    ],
    [{ PARLEY_BLOB_STORE: 'disk' }, ['PARLEY_BLOB_STORE must be postgres or s3, not "disk"']],
    [
      { ...keys, PARLEY_S3_ENDPOINT: 'minio', PARLEY_S3_BUCKET: 'A/b', PARLEY_S3_PATH_STYLE: 'yes' },
      [
        'PARLEY_S3_ENDPOINT must be an address such as https://minio.example.com:9000',
        'PARLEY_S3_BUCKET must look like parley-files',
        'PARLEY_S3_PATH_STYLE must be true or false, not "yes"',
      ],
    ],
  ])('%j', (environment, faults) => {
    expect(faultsOf(environment)).toEqual(faults)
  })
})
