// What a backup says of itself: at its beginning what it needs, at its end what it holds. Pure.
import { isOlder, version } from '../../base/version.ts'

/** Rises with each change after which older servers could not restore a backup. */
export const format = 1

export interface Manifest {
  format: number
  /** The Parley that made it. */
  parley: string
  /** Of its PostgreSQL, as that says it. */
  postgres: string
  taken_at: string
  /** Null: the database has none yet. */
  secret_key_fingerprint: string | null
  /** That have run, in no order: that of their files counts. */
  migrations: string[]
  tables: TableColumns[]
  /** Files that are not in the database. */
  files_in_s3: number
}

export interface TableColumns {
  name: string
  /** Those that are stored, without those that are computed. */
  columns: string[]
}

export interface Contents {
  tables: TableContents[]
  sequences: SequenceValue[]
}

export interface TableContents {
  name: string
  rows: number
  /** Of the text of `COPY`. */
  bytes: number
  sha256: string
}

export interface SequenceValue {
  name: string
  /** As text, because it can be larger than a number. Null: nothing was drawn from it. */
  last_value: string | null
}

/** The file is not a whole backup. */
export class BackupTorn extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(`The file is not a whole backup: ${why}. Nothing was restored.`, options)
  }
}

/** A newer Parley made it. */
export class BackupNewer extends Error {
  constructor(made_by: string) {
    super(`The backup was made by Parley ${made_by}; this is ${version}. Restore it with ${made_by} or newer.`)
  }
}

export function parseManifest(text: string): Manifest {
  const manifest = parse(text)
  const { format: made_in, parley, taken_at, files_in_s3, migrations, tables } = manifest
  const fingerprint = manifest['secret_key_fingerprint']
  const isManifest =
    [made_in, files_in_s3].every(isCount) &&
    [parley, taken_at].every(isText) &&
    (fingerprint === null || isText(fingerprint)) &&
    isListOf(migrations, isText)
  // What a newer format holds besides is said by those who know it.
  const isKnown = made_in !== format || isListOf(tables, isTable)
  if (!isManifest || !isKnown) throw new BackupTorn('its first part does not say what it is')
  return manifest as object as Manifest
}

export function parseContents(text: string): Contents {
  const contents = parse(text)
  const { tables, sequences } = contents
  if (!isListOf(tables, isTableContents) || !isListOf(sequences, isSequence))
    throw new BackupTorn('its last part does not say what it holds')
  return contents as object as Contents
}

const isText = (value: unknown) => typeof value === 'string'
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
const isListOf = (value: unknown, isOne: (one: Record<string, unknown>) => boolean) =>
  Array.isArray(value) && value.every((one) => isOne(one as Record<string, unknown>))
const isTable = (one: Record<string, unknown> | null) => isText(one?.['name']) && isListOf(one?.['columns'], isText)
const isTableContents = (one: Record<string, unknown> | null) =>
  isText(one?.['name']) && isCount(one?.['rows']) && isCount(one?.['bytes']) && isText(one?.['sha256'])
const isSequence = (one: Record<string, unknown> | null) =>
  isText(one?.['name']) && (one?.['last_value'] === null || /^\d{1,19}$/.test(String(one?.['last_value'])))

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    throw new BackupTorn('a part of it cannot be read')
  }
}

/** Throws if this version cannot restore it. `known`: the migrations of this version. */
export function requireKnown({ format: made_in, parley, migrations }: Manifest, known: readonly string[]): void {
  const names = new Set(known)
  if (made_in > format || isOlder(version, parley) || migrations.some((name) => !names.has(name)))
    throw new BackupNewer(parley)
}

export const manifest_entry = 'parley-backup.json'
export const contents_entry = 'contents.json'

/** Where a part of a table is; both numbers from 1. */
export function entryName(table: string, part: number): string {
  return `tables/${table}/${String(part).padStart(6, '0')}.copy.zst`
}

/** Null: it is no part of a table. */
export function tableOfEntry(name: string): string | null {
  return /^tables\/(\w+)\/\d+\.copy\.zst$/.exec(name)?.[1] ?? null
}
