// Each statement names the organization that it concerns, or gives a reason not to.
import { randomUUID } from 'node:crypto'
import { sql } from './fragments.ts'
import { expect, test } from 'vitest'
import type { Database, Executor } from './database.ts'
import { acrossOrganizations, statement } from './statements.ts'
import { type Store, type TransactionStore, openStore } from './store.ts'

const own = statement('test_own', 'select name from secrets where organization_id = $1')
const across = acrossOrganizations('a test', 'test_across', 'select name from secrets')

test.each([
  'select name from secrets where name = $1',
  'delete from organizations where slug = $1',
  'select my_organization_ids from secrets',
])('a statement that names no organization is refused: %s', (text) => {
  expect(() => statement(randomUUID(), text)).toThrow('does not name organization_id')
})

test.each([
  'select name from secrets where organization_id = $1',
  'select name from secrets s where s.organization_id = $1',
  'select name from organizations where organizations.id = $1',
])('a statement that names one is accepted: %s', (text) => {
  expect(statement(randomUUID(), text)).toMatchObject({ text })
})

test('no two statements have the same name, however they are created', () => {
  expect(() => statement(own.name, own.text)).toThrow('two statements have the name test_own')
  expect(() => acrossOrganizations('a test', own.name, own.text)).toThrow('two statements have the name test_own')
  expect(across).toMatchObject({ across: 'a test' })
})

test('a store does not run a composed statement that names no organization', async () => {
  const run: string[] = []
  const database = {
    execute: async () => {
      run.push('composed')
      return []
    },
    sharedBy: () => database,
  } as unknown as Database
  const store = openStore(database, randomUUID())
  await expect(store.execute(sql`select name from secrets`)).rejects.toThrow('does not name organization_id')
  expect(run).toEqual([])
  await store.execute(sql`select name from secrets where organization_id = ${store.organization_id}`)
  expect(run).toEqual(['composed'])
})

/** Never called: statements that a store must not run do not compile. */
export function runAcross(executor: Executor, store: Store, tx: TransactionStore): unknown[] {
  return [
    executor.query(across, []),
    executor.query(own, []),
    store.query(own, []),
    // @ts-expect-error a store does not run statements across organizations
    store.query(across, []),
    // @ts-expect-error nor in a batch
    store.ask(across, []),
    // @ts-expect-error nor in a transaction
    tx.query(across, []),
    // @ts-expect-error nor with its beginning
    tx.look(across, []),
    // @ts-expect-error nor without waiting
    tx.post(across, []),
    // @ts-expect-error and only the two functions create statements
    executor.query({ name: 'made_by_hand', text: 'select name from secrets' }, []),
  ]
}
