// The entry of an operation for contract.test.ts, in addition to its contract. Each room has a contract.ts, which does not compile
// without an entry for each of its operations.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Input, OperationId } from '@parley/contract'
import type { Client } from '@parley/sdk'
import type { User } from '../support/actors.ts'
import type { TestServer } from '../support/server.ts'

/** What exists before the tests. */
export interface World {
  server: TestServer
  /** A client of the first organization's admin. */
  client: Client
  /** A published agent of the first organization. */
  agent: { agent_id: string }
  /** A member of the first organization. */
  user: User
  /** Closes what an input opens, after the tests. */
  stack: AsyncDisposableStack
}

/**
 * The response to a caller without access to the first organization's resources: not found, or the caller's own resources. `invalid`: the
 * input names what it concerns, and fits nobody else.
 */
type Stranger = 'not found' | 'own' | 'invalid'

export interface Entry<Id extends OperationId> {
  /** A valid call, on its own resources. */
  input: (world: World) => Input<Id> | Promise<Input<Id>>
  /** For a key of another organization, or a token of another user. */
  outsider: Stranger
  /** For a key of this organization that is narrowed to another agent; absent if such a key can never call it. */
  narrowed?: Stranger
  /** Of an operation that a visitor calls: their token for such an input. */
  token?: (input: Record<string, unknown>) => string
  /** Only members can call it: an organization key that has the scope is refused, too. */
  caller?: 'member'
}

/** Complete by type: `Group` is the room's part of the contract. */
export type EntriesOf<Group> = { [Id in keyof Group & OperationId]: Entry<Id> }

type AnyEntry = Omit<Entry<OperationId>, 'input'> & { input: (world: World) => object | Promise<object> }

/** The entries of every room, each with the room's file. */
export async function collectEntries(): Promise<{ id: string; file: string; entry: AnyEntry }[]> {
  const root = join(import.meta.dirname, '..')
  const files = globSync('**/contract.ts', { cwd: root }).toSorted()
  const rooms = await Promise.all(
    files.map(async (file) => {
      const { entries } = (await import(join(root, file))) as { entries: Record<string, AnyEntry> }
      return Object.entries(entries).map(([id, entry]) => ({ id, file, entry }))
    }),
  )
  return rooms.flat()
}
