// Vectors and claims are locked in the order of their texts by everyone: two that want the same ones never wait for each other.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/database/database.ts'
import type { TransactionStore } from '../../src/database/store.ts'
import {
  claimVectors,
  eraseVectors,
  forgetClaims,
  giveUpClaims,
  keepVectors,
  leaveVectors,
  releaseVectors,
  removeVectors,
  useVectors,
} from '../../src/embeddings/vectors.ts'
import { startEmbeddingServer } from '../support/embedding-server.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { hashOf, spaceOf, storeOf } from './fixture.ts'

let server: TestServer
let space_id: string
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  const model = stack.use(await startEmbeddingServer())
  server = stack.use(await startTestServer(model.environment))
  space_id = (await spaceOf(server, storeOf(server)))!.id
})
afterAll(() => stack.disposeAsync())

const hashes = ['one', 'two'].map(hashOf).toSorted(Buffer.compare)
const [first, second] = hashes as [Buffer, Buffer]
const holder = crypto.randomUUID()
const query = (text: string, values: unknown[] = []) => server.database.pool.query(text, values)

/** In the order in which a scan of the table finds them, the second comes first. */
async function plant(): Promise<void> {
  const { organization_id } = server
  await query('delete from vectors')
  await query('delete from embedding_claims')
  for (const hash of [second, first]) {
    await query(
      `insert into vectors (organization_id, space_id, text_hash, vector, used_at)
       values ($1, $2, $3, '', now() - interval '8 days')`,
      [organization_id, space_id, hash],
    )
    await query(
      `insert into embedding_claims (organization_id, space_id, text_hash, holder, expires_at)
       values ($1, $2, $3, $4, now() - interval '2 hours')`,
      [organization_id, space_id, hash, holder],
    )
  }
}

async function waiting(): Promise<number> {
  const { rows } = await query(
    `select count(*)::integer as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return (rows[0] as { count: number }).count
}

// As the planner chooses it while a table is small.
const scanStatement = statement(
  'scan_tables',
  `select set_config('enable_indexscan', 'off', true), set_config('enable_bitmapscan', 'off', true), $1::uuid as organization_id`,
)

type Act = (tx: TransactionStore) => Promise<unknown>

const old = () => hashes.map((text_hash) => ({ organization_id: server.organization_id, space_id, text_hash }))
const use: Act = (tx) => useVectors(tx, space_id, hashes)
const claim: Act = (tx) => claimVectors(tx, { space_id, holder: crypto.randomUUID(), ms: 1000 }, hashes)

test.each<[string, string, Act, Act]>([
  ['embedding_claims', 'release', claim, (tx) => releaseVectors(tx, { space_id, holder }, hashes)],
  ['embedding_claims', 'drop', claim, (tx) => giveUpClaims(tx, holder)],
  ['embedding_claims', 'forget', claim, () => forgetClaims(server.app.core.database, 10)],
  ['vectors', 'erase', use, (tx) => eraseVectors(tx, hashes)],
  ['vectors', 'leave', use, (tx) => leaveVectors(tx, hashes, crypto.randomUUID())],
  ['vectors', 'keep', use, (tx) => keepVectors(tx, old())],
  ['vectors', 'remove', use, (tx) => removeVectors(tx, old(), 7)],
])('%s: those who %s them', async (table, _name, one, other) => {
  await plant()
  const client = await server.database.pool.connect()
  try {
    await client.query('begin')
    await client.query(`select from ${table} where text_hash = $1 for update`, [first])
    const run = (act: Act) =>
      storeOf(server).transaction(async (tx) => {
        await tx.query(scanStatement, [tx.organization_id])
        return act(tx)
      })
    const before = run(one)
    await expect.poll(waiting).toBe(1)
    const state = { isOver: false }
    const after = run(other).then(() => (state.isOver = true))
    await expect.poll(async () => state.isOver || (await waiting()) === 2).toBe(true)
    await client.query('commit')
    await Promise.all([before, after])
  } finally {
    client.release()
  }
})
