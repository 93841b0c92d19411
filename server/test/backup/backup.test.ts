// P9: what a backup holds, what it is restored into, and what is refused.
import { readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createArchive, readArchive, readFirstEntry, syncFolder } from '../../src/backup/archive.ts'
import { makeBackup } from '../../src/backup/make-backup.ts'
import { BackupTorn, type Manifest } from '../../src/backup/rules/manifest.ts'
import { version } from '../../src/base/version.ts'
import type { PooledDatabase } from '../../src/database/database.ts'
import { holdMigrationLock } from '../../src/database/migration-lock.ts'
import { migrate } from '../../src/database/migrate.ts'
import { describeSchema, migrationsWith } from '../database/migrations-fixture.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestServer } from '../support/server.ts'
import { type Folder, type Source, createEmptyDatabase, dump, isEmpty, startSource } from './fixture.ts'

let source: Source
let server: TestServer
let folder: Folder
let file: string
beforeAll(async () => {
  source = await startSource()
  ;({ server, folder, file } = source)
})
afterAll(() => source[Symbol.asyncDispose]())

const restore: Source['restore'] = (target, more) => source.restore(target, more)

describe('a whole backup', () => {
  test('P9: is restored to the last row, number and rule', async () => {
    await using target = await createEmptyDatabase()
    const report = await restore(target)
    expect(report).toMatchObject({ parley: version, files_in_s3: 0 })
    expect(report.rows).toBeGreaterThan(50)
    expect(await dump(target)).toEqual(await dump(server))
    expect(await describeSchema(target.database.pool)).toEqual(await describeSchema(server.database.pool))
    const sequences = 'select sequencename, last_value from pg_sequences order by sequencename'
    expect((await target.database.pool.query(sequences)).rows).toEqual(
      (await server.database.pool.query(sequences)).rows,
    )
    await expect(restore(target)).rejects.toThrow('The database is not empty: it has agent_versions')
  })

  test('can be read by its owner alone, and is not overwritten', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await expect(makeBackup({ database: server.database, file })).rejects.toThrow(`${file} exists`)
  })

  test('holds no secret in clear, neither as text nor as bytes', async () => {
    const texts: string[] = []
    for await (const { name, content } of readArchive(file))
      texts.push((name.endsWith('.zst') ? zstdDecompressSync(content) : content).toString())
    const all = texts.join('\n')
    expect(all).toContain('PLANTED')
    for (const secret of source.secrets) {
      // The part behind the last dot, which is the secret of a key.
      const hidden = secret.slice(secret.lastIndexOf('.') + 1)
      expect(hidden.length).toBeGreaterThan(20)
      const bytes = Buffer.from(hidden)
      for (const form of [hidden, bytes.toString('hex'), bytes.toString('base64').replace(/.{0,2}=*$/, '')])
        expect(all.includes(form), `${secret.slice(0, 8)}… as ${form.slice(0, 8)}…`).toBe(false)
    }
  })

  test('P9: is refused without the key that opens its secrets', async () => {
    await using target = await createEmptyDatabase()
    const { rows } = await server.database.pool.query('select secret_key_fingerprint as fingerprint from installation')
    const requireKey = (fingerprint: string) => {
      expect(fingerprint).toBe(rows[0].fingerprint)
      throw new Error('it has another key')
    }
    await expect(restore(target, { requireKey })).rejects.toThrow('it has another key')
    expect(await isEmpty(target)).toBe(true)
  })
})

test('tables of others and of pgvector are left out, and indexes of pgvector are made again', async () => {
  await using original = await createTestDatabase()
  await using target = await createEmptyDatabase()
  const { pool } = original.database
  await pool.query(
    'create table reports (id serial); create sequence others; create table near_vectors_1 (generation bigint)',
  )
  await pool.query(`select nextval('others'), nextval('reports_id_seq'), nextval('node_locks')`)
  await pool.query(
    `insert into vector_indexes (organization_id, dataset_id, space_id)
     values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid())`,
  )
  const other = folder.path('left-out.parley')
  const { left_out } = await makeBackup({ database: original.database, file: other })
  expect(left_out).toEqual(['reports'])
  await restore(target, { file: other })
  const { rows } = await target.database.pool.query(
    `select (select count(*) from vector_indexes) as indexes, to_regclass('near_vectors_1') as table, to_regclass('reports') as report`,
  )
  expect(rows).toEqual([{ indexes: 0, table: null, report: null }])
  const { rows: sequences } = await target.database.pool.query(
    `select last_value::integer as last from pg_sequences where sequencename = 'node_locks'`,
  )
  expect(sequences).toEqual([{ last: 1 }])
})

test('what a migration makes is never taken for a table of others', async () => {
  await using original = await createTestDatabase()
  const { left_out } = await makeBackup({ database: original.database, file: folder.path('schema.parley') })
  expect(left_out).toEqual([])
})

test('a row that is larger than a part goes through', async () => {
  await using original = await createTestDatabase()
  await using target = await createEmptyDatabase()
  const large = `insert into blob_parts values (gen_random_uuid(), 0, decode(repeat('00ff', 5 * 1024 * 1024), 'hex'))`
  await original.database.pool.query(large)
  const other = folder.path('large-row.parley')
  await makeBackup({ database: original.database, file: other })
  await restore(target, { file: other })
  const hash = 'select md5(bytes) as md5, length(bytes) as bytes from blob_parts'
  const { rows } = await target.database.pool.query(hash)
  expect(rows).toEqual((await original.database.pool.query(hash)).rows)
})

describe('a file that is no whole backup', () => {
  test('P9: torn, it is refused, and the database stays empty', async () => {
    await using target = await createEmptyDatabase()
    const whole = await readFile(file)
    const torn = folder.path('torn.parley')
    // At the last bytes, too, which hold nothing.
    for (const length of [0, 1, 1500, whole.length - 1500, whole.length - 1]) {
      await writeFile(torn, whole)
      await truncate(torn, length)
      await expect(restore(target, { file: torn }), `${length} bytes`).rejects.toThrow(BackupTorn)
    }
    expect(await isEmpty(target)).toBe(true)
  })

  test('parts that are too large, also once they are unpacked, and unknown tables are refused', async () => {
    await using target = await createEmptyDatabase()
    const first = await readFirstEntry(file)
    const contents = JSON.stringify({ tables: [{ name: 'agents', rows: 1, bytes: 1, sha256: '' }], sequences: [] })
    const write = async (name: string, entry: string, content: Buffer) => {
      await using archive = await createArchive(folder.path(name))
      await archive.add(first.name, first.content)
      await archive.add(entry, content)
      await archive.finish(contents)
      return folder.path(name)
    }
    const large = await write('large', 'tables/agents/000001.copy.zst', Buffer.alloc(17 * 1024 * 1024))
    await expect(restore(target, { file: large })).rejects.toThrow(BackupTorn)
    const bomb = await write('bomb', 'tables/agents/000001.copy.zst', zstdCompressSync(Buffer.alloc(17 * 1024 * 1024)))
    await expect(restore(target, { file: bomb })).rejects.toThrow('a part of it is larger than parts are, or')
    const other = await write('foreign', 'tables/pg_authid/000001.copy.zst', zstdCompressSync(Buffer.from('1')))
    await expect(restore(target, { file: other })).rejects.toThrow('its contents do not name pg_authid')
    expect(await isEmpty(target)).toBe(true)
  })

  test('another file, or none, is named as such', async () => {
    await using target = await createEmptyDatabase()
    const other = folder.path('other.txt')
    await writeFile(other, 'Something else.\n'.repeat(100))
    await expect(restore(target, { file: other })).rejects.toThrow(BackupTorn)
    await expect(restore(target, { file: folder.path('nothing') })).rejects.toThrow(
      /nothing cannot be read: ENOENT: .*\. Name a file/,
    )
  })
})

describe('what is all or nothing', () => {
  test('P9: a backup that is broken off before it began leaves no file', async () => {
    const signal = AbortSignal.abort(new Error('broken off'))
    const broken = makeBackup({ database: server.database, file: folder.path('never.parley'), signal })
    await expect(broken).rejects.toThrow('broken off')
    expect((await readdir(folder.path('.'))).filter((name) => name.startsWith('never'))).toEqual([])
  })

  test('a folder that cannot be synced fails no backup that is complete', async () => {
    await syncFolder('/proc')
    await expect(syncFolder(folder.path('nowhere'))).rejects.toThrow('ENOENT')
  })

  test('P9: a backup that is broken off leaves no file', async () => {
    const stop = new AbortController()
    const unfinished = folder.path('unfinished.parley')
    const onProgress = () => stop.abort(new Error('broken off'))
    const broken = makeBackup({ database: server.database, file: unfinished, signal: stop.signal, onProgress })
    await expect(broken).rejects.toThrow('broken off')
    expect((await readdir(folder.path('.'))).filter((name) => name.startsWith('unfinished'))).toEqual([])
  })

  test('of two backups into one file one is refused, and the other one is whole', async () => {
    await using target = await createEmptyDatabase()
    const both = folder.path('both.parley')
    const outcomes = await Promise.allSettled([1, 2].map(() => makeBackup({ database: server.database, file: both })))
    const failed = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(failed.map(({ reason }) => String(reason))).toEqual([expect.stringContaining(`${both} exists`)])
    expect((await readdir(folder.path('.'))).filter((name) => name.startsWith('both'))).toEqual(['both.parley'])
    await restore(target, { file: both })
  })

  test('a backup waits for a migration, and a restore for both', async () => {
    await using target = await createEmptyDatabase()
    const waits: string[] = []
    const lock = await holdMigrationLock(server.database, { mode: 'alone' })
    const other = folder.path('after.parley')
    const made = makeBackup({ database: server.database, file: other, onWait: () => waits.push('backup') })
    await expect.poll(() => waits).toEqual(['backup'])
    await lock[Symbol.asyncDispose]()
    await made
    const beside = await holdMigrationLock(target.database, { mode: 'beside' })
    const restored = restore(target, { file: other, onWait: () => waits.push('restore') })
    await expect.poll(() => waits).toEqual(['backup', 'restore'])
    await beside[Symbol.asyncDispose]()
    await restored
  })
})

test('a database that is not in UTF-8 is refused', async () => {
  await using target = await createEmptyDatabase(undefined, `encoding 'SQL_ASCII' locale 'C' template template0`)
  await expect(restore(target)).rejects.toThrow('The database has the encoding SQL_ASCII')
  expect(await isEmpty(target)).toBe(true)
})

describe('another version', () => {
  // Migrations after 036 remove what those before it made, such as foreign keys.
  test.each([
    ['056', [false, true]],
    ['036', [true]],
  ])(
    'P9: a backup of before migration %s, which an upgrade begins with, is restored: paused %j',
    async (first, pauses) => {
      await using before = await migrationsWith({}, (name) => name < first)
      await using original = await createEmptyDatabase()
      await migrate(original.database, { folder: before.folder })
      await original.database.pool.query(
        `insert into organizations (id, name, slug) values (gen_random_uuid(), 'Before', 'before')`,
      )
      await original.database.pool.query(`insert into installation (secret_key_fingerprint) values ('of a key')`)
      const other = folder.path(`before-${first}.parley`)
      await makeBackup({ database: original.database, file: other })
      for (const is_paused of pauses) {
        await using target = await createEmptyDatabase()
        await restore(target, { file: other, is_paused })
        await migrate(target.database)
        expect(await describeSchema(target.database.pool)).toEqual(await describeSchema(server.database.pool))
        const { rows } = await target.database.pool.query(
          'select name, paused_at is not null as is_paused from organizations, installation',
        )
        expect(rows).toEqual([{ name: 'Before', is_paused }])
      }
    },
  )

  async function change(name: string, edit: (manifest: Manifest) => void): Promise<string> {
    const other = folder.path(name)
    const first = await readFirstEntry(file)
    await using archive = await createArchive(other)
    const manifest = JSON.parse(first.content.toString()) as Manifest
    edit(manifest)
    await archive.add(first.name, Buffer.from(JSON.stringify(manifest)))
    await archive.finish('{"tables": [], "sequences": []}')
    return other
  }

  test('migrations that servers with different clocks have run are made in the order of their files', async () => {
    await using target = await createEmptyDatabase()
    const reversed = await change('reversed', (manifest) => {
      manifest.migrations = manifest.migrations.toReversed()
    })
    await restore(target, { file: reversed })
    const tables = async ({ database }: { database: PooledDatabase }) =>
      (await describeSchema(database.pool)).filter((line) => !line.startsWith('run'))
    expect(await tables(target)).toEqual(await tables(server))
  })

  test('P9: a backup of a newer Parley is refused, by its version, its migrations or its form', async () => {
    await using target = await createEmptyDatabase()
    const newer = await change('newer', (manifest) => (manifest.parley = '99.0.0'))
    await expect(restore(target, { file: newer })).rejects.toThrow(
      `The backup was made by Parley 99.0.0; this is ${version}. Restore it with 99.0.0 or newer.`,
    )
    const unknown = await change('unknown', ({ migrations }) => void migrations.push('900-later'))
    await expect(restore(target, { file: unknown })).rejects.toThrow('The backup was made by Parley')
    const form = await change('form', (manifest) => (manifest.format = 2))
    await expect(restore(target, { file: form })).rejects.toThrow('The backup was made by Parley')
    expect(await isEmpty(target)).toBe(true)
  })
})
