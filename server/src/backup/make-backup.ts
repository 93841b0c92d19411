// `parley backup`: copies all tables as one snapshot shows them into a file, beside running servers. P9.
import { createHash } from 'node:crypto'
import { access, link, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { systemPorts } from '../base/ports.ts'
import { version } from '../base/version.ts'
import type { PooledDatabase } from '../database/database.ts'
import { connectWithoutLimits, holdMigrationLock, no_limits_in_transaction } from '../database/migration-lock.ts'
import { readMigrationState } from '../database/schema.ts'
import { type ArchiveWriter, createArchive, syncFolder } from './archive.ts'
import { type FoundTable, quoteName, quoteNames, readSequences, readTables, tablesOf } from './catalogue.ts'
import { settingsText } from './session.ts'
import {
  type Contents,
  type Manifest,
  type TableContents,
  entryName,
  format,
  manifest_entry,
} from './rules/manifest.ts'

const compress = promisify(zstdCompress)

/** Of the text of `COPY`: as much as is in memory at once, about. */
const part_bytes = 4 * 1024 * 1024

export interface BackupOptions {
  database: PooledDatabase
  /** Must not exist. It appears when it is complete; until then its name ends with `.part`. */
  file: string
  signal?: AbortSignal | undefined
  /** Called when a server is migrating, or data are being restored. */
  onWait?: () => void
  onProgress?: (progress: { rows: number; expected: number }) => void
}

export interface BackupReport {
  taken_at: string
  tables: number
  rows: number
  /** Of the file. */
  bytes: number
  files_in_s3: number
  /** Tables in the same schema that are not Parley's. */
  left_out: string[]
}

/** The file exists already. */
export class BackupExists extends Error {
  override readonly name = 'BackupExists'

  constructor(file: string) {
    super(`${file} exists. Remove it or name another file.`)
  }
}

/** The disk is full, the folder is missing, or the user may not write there. */
export class BackupUnwritable extends Error {
  constructor(file: string, cause: NodeJS.ErrnoException) {
    super(
      `${file} cannot be written: ${cause.message}. There is no backup. Make room there, or name a file in another folder.`,
      { cause },
    )
  }
}

export async function makeBackup(options: BackupOptions): Promise<BackupReport> {
  const { database, file, signal, onWait } = options
  if (await exists(file)) throw new BackupExists(file)
  await readMigrationState(database)
  await using lock = await holdMigrationLock(database, { mode: 'beside', onWait, signal })
  const client = await connectWithoutLimits(database, 'parley backup')
  const ends = signal ? AbortSignal.any([lock.lost, signal]) : lock.lost
  const end = () => void client.end().catch(() => {})
  ends.addEventListener('abort', end, { once: true })
  // Of this command alone: another one may be writing the same file.
  const part_file = `${file}.${systemPorts.randomBytes(4).toString('hex')}.part`
  try {
    // It may have ended before anybody listened.
    ends.throwIfAborted()
    const report = await write(client, part_file, options)
    await giveName(part_file, file)
    await syncFolder(dirname(file))
    return report
  } catch (error) {
    await rm(part_file, { force: true }).catch(() => {})
    ends.throwIfAborted()
    throw isOfFile(error, part_file) ? new BackupUnwritable(file, error) : error
  } finally {
    await client.end().catch(() => {})
  }
}

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS'])

/** A write does not say to which file; connections fail in other ways. */
function isOfFile(error: unknown, path: string): error is NodeJS.ErrnoException {
  const { code = '', path: failed } = (error ?? {}) as NodeJS.ErrnoException
  return failed === path || full.has(code)
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** Nothing that has appeared there meanwhile is overwritten. */
async function giveName(part_file: string, file: string): Promise<void> {
  try {
    await link(part_file, file)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'EEXIST' || (await exists(file))) throw new BackupExists(file)
    // A file system without links.
    return rename(part_file, file)
  }
  await rm(part_file)
}

async function write(client: pg.Client, path: string, { onProgress }: BackupOptions): Promise<BackupReport> {
  const { rows: run } = await client.query<{ name: string }>('select name from kysely_migration order by name')
  const migrations = run.map(({ name }) => name)
  const own = await tablesOf(migrations)
  const found = await readTables(client)
  const tables = found.filter(({ name }) => own.has(name))
  await client.query(`begin isolation level repeatable read read only; ${no_limits_in_transaction}; ${settingsText}`)
  // The snapshot is taken by the first statement after this one, so no table changes its form once it is.
  await client.query(`lock table ${quoteNames(tables.map(({ name }) => name))} in access share mode`)
  const manifest = await readManifest(client, migrations, tables)
  await using archive = await createArchive(path)
  await archive.add(manifest_entry, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`))
  const expected = tables.reduce((sum, { rows }) => sum + rows, 0)
  const contents: TableContents[] = []
  let rows = 0
  for (const table of tables) {
    const before = rows
    const onRows = (done: number) => onProgress?.({ rows: before + done, expected: Math.max(expected, before + done) })
    const written = await writeTable(client, archive, table, onRows)
    rows += written.rows
    contents.push(written)
  }
  const end: Contents = { tables: contents, sequences: await readSequences(client, own, migrations) }
  await archive.finish(JSON.stringify(end, null, 2))
  const left_out = found.map(({ name }) => name).filter((name) => !own.has(name) && !isMadeByServer(name))
  const { taken_at, files_in_s3 } = manifest
  return { taken_at, tables: tables.length, rows, bytes: archive.bytes, files_in_s3, left_out }
}

/** Indexes of pgvector, which servers make again, and what versions of before kept about their migrations. */
const isMadeByServer = (name: string) => /^(near_vectors_\d+|kysely_migration_lock)$/.test(name)

interface Facts {
  postgres: string
  taken_at: string
  fingerprint: string | null
  files_in_s3: number
}

async function readManifest(client: pg.Client, migrations: string[], tables: FoundTable[]): Promise<Manifest> {
  const { rows } = await client.query<Facts>(
    `select clock_timestamp() as taken_at, current_setting('server_version') as postgres,
       (select secret_key_fingerprint from installation) as fingerprint,
       (select count(*) from blobs where store = 's3') as files_in_s3`,
  )
  const { postgres, taken_at, fingerprint, files_in_s3 } = rows[0]!
  return {
    ...{ format, parley: version, postgres, taken_at, secret_key_fingerprint: fingerprint, files_in_s3, migrations },
    tables: tables.map(({ name, columns }) => ({ name, columns })),
  }
}

async function writeTable(
  client: pg.Client,
  archive: ArchiveWriter,
  { name, columns }: FoundTable,
  onRows: (rows: number) => void,
): Promise<TableContents> {
  const hash = createHash('sha256')
  const pieces: Buffer[] = []
  let [waiting, bytes, parts, rows] = [0, 0, 0, 0]
  const flush = async () => {
    const text = Buffer.concat(pieces.splice(0))
    waiting = 0
    parts += 1
    await archive.add(entryName(name, parts), await compress(text))
    onRows(rows)
  }
  const stream = client.query(copyTo(`copy ${quoteName(name)} (${quoteNames(columns)}) to stdout`))
  for await (const piece of stream as AsyncIterable<Buffer>) {
    hash.update(piece)
    rows += countLines(piece)
    bytes += piece.length
    waiting += piece.length
    pieces.push(piece)
    if (waiting >= part_bytes) await flush()
  }
  if (waiting > 0) await flush()
  return { name, rows, bytes, sha256: hash.digest('hex') }
}

/** A row is a line: what ends lines within a value is escaped. */
function countLines(piece: Buffer): number {
  let lines = 0
  for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines += 1
  return lines
}
