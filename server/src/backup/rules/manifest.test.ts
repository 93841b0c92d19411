import { expect, test } from 'vitest'
import { version } from '../../base/version.ts'
import { BackupTorn, format, parseContents, parseManifest } from './manifest.ts'

const manifest = {
  ...{ format, parley: version, postgres: '18.1', taken_at: '2026-03-03T09:00:00Z', secret_key_fingerprint: null },
  ...{ migrations: ['001-foundation'], tables: [{ name: 'agents', columns: ['id'] }], files_in_s3: 0 },
}
const contents = {
  tables: [{ name: 'agents', rows: 1, bytes: 2, sha256: 'ab' }],
  sequences: [
    { name: 'node_locks', last_value: '12' },
    { name: 'unused', last_value: null },
  ],
}

test('what a backup says of itself is read', () => {
  expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest)
  expect(parseContents(JSON.stringify(contents))).toEqual(contents)
})

test.each([
  null,
  {},
  { ...manifest, format: '1' },
  { ...manifest, parley: null },
  { ...manifest, taken_at: 1 },
  { ...manifest, secret_key_fingerprint: undefined },
  { ...manifest, migrations: [1] },
  { ...manifest, tables: undefined },
  { ...manifest, tables: [null] },
  { ...manifest, tables: [{ name: 'agents', columns: 'id' }] },
  { ...manifest, files_in_s3: -1 },
])('a first part that says something else is refused: %j', (other) => {
  expect(() => parseManifest(JSON.stringify(other))).toThrow(BackupTorn)
})

test('what a newer format holds besides is nobody’s business here', () => {
  expect(parseManifest(JSON.stringify({ ...manifest, format: format + 1, tables: 'elsewhere' })).format).toBe(
    format + 1,
  )
})

test.each([
  null,
  { ...contents, tables: [null] },
  { ...contents, tables: [{ ...contents.tables[0], rows: '1' }] },
  { ...contents, tables: [{ ...contents.tables[0], bytes: 1.5 }] },
  { ...contents, tables: [{ ...contents.tables[0], sha256: null }] },
  { ...contents, sequences: undefined },
  { ...contents, sequences: [{ name: 'node_locks' }] },
  { ...contents, sequences: [{ name: 'node_locks', last_value: 'many' }] },
])('a last part that says something else is refused: %j', (other) => {
  expect(() => parseContents(JSON.stringify(other))).toThrow(BackupTorn)
})
