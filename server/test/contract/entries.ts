// What contract.test.ts knows of an operation beside its contract. Each room says it of its own in its contract.ts, which does not
// compile without an entry for each of its operations.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Input, OperationId } from '@parley/contract'
import type { Client } from '@parley/sdk'
import type { User } from '../support/actors.ts'
import type { TestServer } from '../support/server.ts'

/** What is there already. */
export interface World {
  server: TestServer
  /** As the first organization's admin. */
  client: Client
  /** Of the first organization, and published. */
  agent: { agent_id: string }
  /** A member of the first organization. */
  user: User
  /** For what an input leaves open: it is closed after the tests. */
  stack: AsyncDisposableStack
}

/** What a caller who may not see the first organization's resources is answered: that there is none, or what is their own. */
type Stranger = 'not found' | 'own'

export interface Entry<Id extends OperationId> {
  /** A call that works, on resources of its own. */
  input: (world: World) => Input<Id> | Promise<Input<Id>>
  /** To a key of another organization, or a token of another user. */
  outsider: Stranger
  /** To a key of this organization that is narrowed to another agent; left out where such a key has no business at all. */
  narrowed?: Stranger
}

/** Complete by type: `Group` is what the contract has for the room. */
export type EntriesOf<Group> = { [Id in keyof Group & OperationId]: Entry<Id> }

type AnyEntry = Omit<Entry<OperationId>, 'input'> & { input: (world: World) => object | Promise<object> }

/** Those of every room, each with the room's file. */
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
