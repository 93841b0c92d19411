// `parley restore`: fills an empty database from a backup, in one transaction: all of it, or nothing. P9.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import type pg from 'pg'
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams'
import type { PooledDatabase } from '../database/database.ts'
import { isConnectionLost } from '../database/failures.ts'
import {
  type MigrationLock,
  connectWithoutLimits,
  holdMigrationLock,
  no_limits_in_transaction,
  takeKyselyLock,
} from '../database/migration-lock.ts'
import { createMigrationTable, makeSchema, recordMigration } from '../database/make-schema.ts'
import { listMigrations } from '../database/migration-files.ts'
import { readArchive, readFirstEntry } from './archive.ts'
import {
  type Constraint,
  quoteName,
  quoteNames,
  readForeignNames,
  readLooseConstraints,
  readTables,
  readTablesWithTriggers,
} from './catalogue.ts'
import { settingsText } from './session.ts'
import {
  type Contents,
  type Manifest,
  type TableContents,
  BackupTorn,
  parseContents,
  parseManifest,
  requireKnown,
  tableOfEntry,
} from './rules/manifest.ts'

const decompress = promisify(zstdDecompress)
const least_version = 150_000
/** What a part of a table may be, unpacked. */
const max_part_bytes = 16 * 1024 * 1024

export interface RestoreOptions {
  database: PooledDatabase
  file: string
  /** Whether the settings have the key with this fingerprint. Called first; what it throws ends the restore. */
  requireKey: (fingerprint: string) => void | Promise<void>
  /** A copy that contacts nobody. */
  is_paused: boolean
  signal?: AbortSignal | undefined
  onWait?: () => void
  /** While the file is read to check it, and again to load it. Waited for. */
  onProgress?: (progress: { step: 'checking' | 'loading'; bytes: number; expected: number }) => void | Promise<void>
}

export interface RestoreReport {
  taken_at: string
  /** The Parley that made the backup. */
  parley: string
  tables: number
  rows: number
  files_in_s3: number
}

/** The database has something in it. */
export class DatabaseNotEmpty extends Error {
  constructor(names: string[]) {
    const some = names.slice(0, 3).join(', ')
    super(
      `The database is not empty: it has ${some}${names.length > 3 ? ` and ${names.length - 3} more` : ''}. Restore into a new one.`,
    )
  }
}

/** PostgreSQL was asked to commit, and did not answer. */
export class RestoreInDoubt extends Error {
  override readonly name = 'RestoreInDoubt'

  constructor(cause: unknown) {
    super(
      'The connection was lost during the commit, so either all of it was restored or nothing. Run the command again: it restores it, or says that the database is not empty.',
      { cause },
    )
  }
}

export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { database, file, signal, onWait } = options
  const manifest = await readManifest(file)
  if (manifest.secret_key_fingerprint !== null) await options.requireKey(manifest.secret_key_fingerprint)
  await using lock = await holdMigrationLock(database, { mode: 'alone', onWait, signal })
  await requireEmpty(lock.client)
  const contents = await checkFile(options)
  await load(options, { manifest, contents, lock })
  const rows = contents.tables.reduce((sum, table) => sum + table.rows, 0)
  const { taken_at, parley, files_in_s3 } = manifest
  return { taken_at, parley, tables: contents.tables.length, rows, files_in_s3 }
}

/** With its migrations in the order of their files: the times at which they were run are those of several clocks. */
async function readManifest(file: string): Promise<Manifest> {
  const manifest = parseManifest((await readFirstEntry(file)).content.toString())
  const known = await listMigrations()
  requireKnown(manifest, known)
  const run = new Set(manifest.migrations)
  return { ...manifest, migrations: known.filter((name) => run.has(name)) }
}

async function requireEmpty(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string; encoding: string }>(
    `select current_setting('server_version_num')::integer as number, current_setting('server_version') as version,
       current_setting('server_encoding') as encoding`,
  )
  const { number, version, encoding } = rows[0]!
  if (number < least_version) throw new Error(`The database is PostgreSQL ${version}. Restore into version 15 to 18.`)
  if (encoding !== 'UTF8')
    throw new Error(`The database has the encoding ${encoding}. Restore into one that is created with encoding 'UTF8'.`)
  const names = await readForeignNames(client)
  if (names.length > 0) throw new DatabaseNotEmpty(names)
}

/** Reads all of the file before anything is written. */
async function checkFile({ file, signal, onProgress }: RestoreOptions): Promise<Contents> {
  const entries = readArchive(file)
  const expected = (await stat(file)).size
  let bytes = 0
  for (;;) {
    signal?.throwIfAborted()
    const next = await entries.next()
    if (next.done) return parseContents(next.value)
    bytes += next.value.content.length
    await onProgress?.({ step: 'checking', bytes, expected })
  }
}

interface Loading {
  manifest: Manifest
  contents: Contents
  lock: MigrationLock
}

async function load(options: RestoreOptions, { manifest, contents, lock }: Loading): Promise<void> {
  const { database, signal } = options
  const client = await connectWithoutLimits(database, 'parley restore')
  const ends = signal ? AbortSignal.any([lock.lost, signal]) : lock.lost
  const end = () => void client.end().catch(() => {})
  ends.addEventListener('abort', end, { once: true })
  try {
    await client.query(`begin; ${no_limits_in_transaction}; ${settingsText}`)
    await takeKyselyLock(client, ends)
    await requireEmpty(client)
    await client.query(createMigrationTable)
    await makeSchema(client, manifest.migrations)
    const loosened = await loosen(client, manifest)
    await loadTables(client, contents, manifest, { ...options, ends })
    for (const { name, last_value } of contents.sequences) await setSequence(client, name, last_value)
    await tighten(client, loosened)
    // Later migrations may remove a constraint, so they find all of them.
    await addMissing(client, manifest)
    // Tables of pgvector are not in the backup; servers make them again.
    await client.query('select forget_vector_indexes()')
    if (options.is_paused) await client.query('select pause_copy()')
    ends.throwIfAborted()
    // Broken off now, nobody would know how it ended.
    ends.removeEventListener('abort', end)
    await commit(client)
    // The planner knows nothing of the tables yet. PostgreSQL does it by itself later.
    await client.query('analyze').catch(() => {})
  } catch (error) {
    if (!(error instanceof RestoreInDoubt)) ends.throwIfAborted()
    throw error
  } finally {
    await client.end().catch(() => {})
  }
}

async function commit(client: pg.Client): Promise<void> {
  try {
    await client.query('commit')
  } catch (error) {
    throw isConnectionLost(error) ? new RestoreInDoubt(error) : error
  }
}

/** What this module calls is made by migrations up to this one. */
const last_needed = '059-restored-copies'

/** A backup of the schema of an earlier release, which is what an upgrade begins with. */
async function addMissing(client: pg.Client, { migrations }: Manifest): Promise<void> {
  const missing = (await listMigrations()).filter((name) => name <= last_needed && !migrations.includes(name))
  for (const name of missing) {
    await makeSchema(client, [name])
    await recordMigration(client, name)
  }
}

interface Loosened {
  constraints: Constraint[]
  triggers: string[]
}

/** Empties the tables of what migrations have written there, and lets them take rows in any order without acting on them. */
async function loosen(client: pg.Client, manifest: Manifest): Promise<Loosened> {
  const found = new Map((await readTables(client)).map((table) => [table.name, new Set(table.columns)]))
  for (const { name, columns } of manifest.tables) {
    const missing = columns.find((column) => !found.get(name)?.has(column))
    if (missing !== undefined || !found.has(name))
      throw new Error(`The backup has ${name}${missing ? `.${missing}` : ''}, which its migrations do not make.`)
  }
  await client.query(`truncate ${quoteNames([...found.keys()])}`)
  const constraints = await readLooseConstraints(client)
  for (const { table, name } of constraints)
    await client.query(`alter table ${quoteName(table)} drop constraint ${quoteName(name)}`)
  const triggers = await readTablesWithTriggers(client)
  for (const table of triggers) await client.query(`alter table ${quoteName(table)} disable trigger user`)
  return { constraints, triggers }
}

async function tighten(client: pg.Client, { constraints, triggers }: Loosened): Promise<void> {
  for (const table of triggers) await client.query(`alter table ${quoteName(table)} enable trigger user`)
  for (const { table, name, definition } of constraints)
    await client.query(`alter table ${quoteName(table)} add constraint ${quoteName(name)} ${definition}`)
}

async function setSequence(client: pg.Client, name: string, last_value: string | null): Promise<void> {
  if (last_value !== null) await client.query('select setval($1::regclass, $2::bigint)', [quoteName(name), last_value])
}

async function loadTables(
  client: pg.Client,
  contents: Contents,
  { tables }: Manifest,
  { file, ends, onProgress }: Pick<RestoreOptions, 'file' | 'onProgress'> & { ends: AbortSignal },
): Promise<void> {
  const columns = new Map(tables.map((table) => [table.name, table.columns]))
  const expected = contents.tables.reduce((sum, table) => sum + table.bytes, 0)
  const left = new Map(contents.tables.map((table) => [table.name, table]))
  let bytes = 0
  let current: TableLoad | null = null
  for await (const { name, content } of readArchive(file)) {
    ends.throwIfAborted()
    const table = tableOfEntry(name)
    if (table === null) continue
    if (current?.name !== table) {
      await current?.end(left)
      const own = columns.get(table)
      if (!left.has(table) || !own) throw new BackupTorn(`its contents do not name ${table}`)
      current = new TableLoad(client, table, own)
    }
    const text = await unpack(content)
    await current.add(text)
    bytes += text.length
    await onProgress?.({ step: 'loading', bytes, expected })
  }
  ends.throwIfAborted()
  await current?.end(left)
  const lost = [...left.values()].find(({ rows }) => rows > 0)
  if (lost) throw new BackupTorn(`it has no rows of ${lost.name}`)
}

async function unpack(content: Buffer): Promise<Buffer> {
  try {
    return await decompress(content, { maxOutputLength: max_part_bytes })
  } catch (error) {
    throw new BackupTorn('a part of it is larger than parts are, or cannot be unpacked', { cause: error })
  }
}

/** The load of one table, whose rows and hash are compared with what the backup says. */
class TableLoad {
  readonly name: string
  readonly #stream: CopyStreamQuery
  readonly #hash = createHash('sha256')
  readonly #over: Promise<unknown>
  #failure: unknown = null

  constructor(client: pg.Client, name: string, columns: string[]) {
    this.name = name
    this.#stream = client.query(copyFrom(`copy ${quoteName(name)} (${quoteNames(columns)}) from stdin`))
    this.#over = once(this.#stream, 'finish')
    this.#over.catch((error: unknown) => (this.#failure = error))
  }

  async add(text: Buffer): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    this.#hash.update(text)
    const written = new Promise<void>((resolve, reject) => {
      this.#stream.write(text, (error) => (error ? reject(error) : resolve()))
    })
    await Promise.race([written, this.#over])
  }

  async end(left: Map<string, TableContents>): Promise<void> {
    // A stream without its connection cannot be ended.
    if (this.#failure !== null) throw this.#failure
    this.#stream.end()
    await this.#over
    const { rows, sha256 } = left.get(this.name)!
    left.delete(this.name)
    const { rowCount } = this.#stream as unknown as { rowCount: number }
    if (rowCount !== rows || this.#hash.digest('hex') !== sha256)
      throw new BackupTorn(`${this.name} has ${rowCount} rows instead of ${rows}, or others`)
  }
}
