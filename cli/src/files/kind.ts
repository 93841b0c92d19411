// What agents and workflows have in common as files: a key, fields of their own, and content that is kept in versions.
import type { Client } from '@parley/sdk'
import type { FileFault } from '../client/faults.ts'
import type { Noun } from './references.ts'
import type { Format, RenderedFile } from './text.ts'
import type { JsonObject } from './values.ts'

/** Everything that a file manages. What it omits has the API's defaults. */
export interface Described {
  /** The same on every server, and unique within a folder. */
  key: string
  name: string
  description: string | null
  /** Without the entry for the key. */
  metadata: JsonObject
}

/** As a server lists it. */
export interface Resource {
  id: string
  name: string
  description: string | null
  metadata: JsonObject
}

/** How it currently is on the server. */
export interface State<D> {
  resource: Resource
  /** As a file would describe it, with the content of the newest version. */
  definition: D
  /** Null if it has no version. */
  newest: { version: number; revision: number; status: 'draft' | 'published' | 'live' } | null
}

export type Fault = Omit<FileFault, 'file'>

/** Whether a value of a file is right, and what to say if it is not. */
export type FieldRule = [isRight: (value: unknown) => boolean, message: string]

export interface Verdict {
  warnings: string[]
  faults: Fault[]
}

/** A call that can be repeated: its key, and whether its answer was that of an earlier call. */
export interface Repeated {
  idempotency_key: string
  onReplay: () => void
}

/** Of either kind: how its files read, and the calls of the API that it takes. */
export interface Kind<D extends Described, R extends Resource = Resource> {
  noun: Noun
  /** What its files can name by their keys. */
  named: readonly Noun[]
  fields: Readonly<Record<keyof D, FieldRule>>
  defaults: Omit<D, 'key' | 'name'>
  /** Faults that no single field has. */
  judge: (content: JsonObject) => Fault[]
  /** The fields that belong to the resource itself. */
  own_fields: readonly (keyof D & string)[]
  /** Those that belong to its versions; null if a file does not manage them. */
  version_fields: readonly (keyof D & string)[]
  /** What a version holds, for comparison. Null: the file does not manage versions. */
  contentOf: (definition: D) => unknown
  /** The files of one, the main one last. Equal ones give equal files. */
  render: (definition: D, format: Format) => RenderedFile[]

  list: (client: Client, page: { limit: number; cursor?: string }) => Promise<Page<R>>
  get: (client: Client, id: string) => Promise<R>
  readState: (client: Client, resource: R) => Promise<State<D>>
  /** Asks the server to judge what would be written. `metadata` has the key. */
  check: (client: Client, definition: D, metadata: JsonObject, publish: boolean) => Promise<Verdict>
  create: (client: Client, definition: D, metadata: JsonObject, repeated: Repeated) => Promise<R>
  update: (client: Client, id: string, fields: Partial<D>) => Promise<unknown>
  createVersion: (client: Client, id: string, definition: D, idempotency_key: string) => Promise<Version>
  publish: (client: Client, id: string, version: Version) => Promise<unknown>
  /** Null: its versions do not go live. */
  goLive: ((client: Client, id: string, version: Version) => Promise<unknown>) | null
}

export interface Version {
  version: number
  revision: number
}

export interface Page<R> {
  data: R[]
  pagination: { next_cursor: string | null }
}
