// Calls on a few sources at once, in any order: each blob is referred to exactly as often as it is counted, and nothing is left over.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiError } from '@parley/sdk'
import { expireBlobs } from '../../../src/blobs/work.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { tokenOf } from './fixture.ts'

let server: TestServer

/** Repeatable. */
function createRandom(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    return state % below
  }
}

const allowed = new Set(['not_found', 'upload_url_invalid', 'file_missing'])

interface Slot {
  id: string
  address: string
}

async function callAtRandom(slots: Slot[], random: (below: number) => number): Promise<void> {
  const { client } = server
  const slot = slots[random(slots.length)]!
  const source_id = slot.id
  switch (random(8)) {
    case 0: {
      const [source] = await client.createSources({ items: { name: `${random(100)}.txt`, type: 'FILE' } })
      Object.assign(slot, { id: source!.id, address: source!.presigned_url! })
      return
    }
    case 1:
      return client.deleteSource({ source_id })
    case 2: {
      const { presigned_url } = await client.createSourceUploadUrl({ source_id })
      if (slot.id === source_id) slot.address = presigned_url!
      return
    }
    case 3:
      await client.updateSource({ source_id, file_upload_status: 'FAILED' })
      return
    case 4:
      await client.updateSource({ source_id, file_upload_status: 'COMPLETE' })
      return
    default: {
      const file = new Blob([`text ${random(1_000_000)}`])
      return client.uploadSource({ source_id, token: tokenOf(slot.address), file })
    }
  }
}

/** Defines the tests of a file; six callers make so many calls each. */
export function testSeeds(seeds: readonly number[], calls_of_each: number): void {
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test.each(seeds)('seed %i', { timeout: 300_000 }, async (seed) => {
    const { pool } = server.database
    const random = createRandom(seed)
    const made = await server.client.createSources({
      items: [1, 2, 3].map((n) => ({ name: `${n}.txt`, type: 'FILE' as const })),
    })
    const slots = made.map(({ id, presigned_url }) => ({ id, address: presigned_url! }))
    const refused = new Map<string, number>()
    const callMany = async () => {
      for (let calls = 0; calls < calls_of_each; calls += 1) {
        await callAtRandom(slots, random).catch((error: unknown) => {
          if (!(error instanceof ApiError) || !allowed.has(error.code!)) throw error
          refused.set(error.code!, (refused.get(error.code!) ?? 0) + 1)
        })
      }
    }
    await Promise.all(Array.from({ length: 6 }, callMany))
    const { rows: wrong } = await pool.query(
      `select b.id, b.uses, b.state, count(r.id)::integer as referred from blobs b
       left join (select upload_blob_id as id from sources
                  union all select blob_id from source_contents
                  union all select text_blob_id from source_contents) r on r.id = b.id
       group by b.id having b.uses <> count(r.id) or (b.uses > 0 and b.state <> 'stored')`,
    )
    expect(wrong).toEqual([])
    const { rows: dangling } = await pool.query(
      `select upload_blob_id from sources where upload_blob_id is not null and upload_blob_id not in (select id from blobs)
       union all select blob_id from source_contents where blob_id not in (select id from blobs)`,
    )
    expect(dangling).toEqual([])
    expect([...refused.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(300)

    for (const { id } of (await server.client.listSources({ limit: 100 })).data) {
      await server.client.deleteSource({ source_id: id })
    }
    await expireBlobs(server.database)
    await expect
      .poll(async () => (await pool.query('select count(*)::integer as count from blobs')).rows, { timeout: 90_000 })
      .toEqual([{ count: 0 }])
    expect((await pool.query('select count(*)::integer as count from blob_parts')).rows).toEqual([{ count: 0 }])
    expect((await pool.query('select coalesce(sum(bytes), 0)::integer as bytes from blob_usage')).rows).toEqual([
      { bytes: 0 },
    ])
  })
}
