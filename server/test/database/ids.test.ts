// Ids that the database makes.
import { expect, test } from 'vitest'
import { startTestServer } from '../support/server.ts'

test('an id of the database begins with its time, to the microsecond', async () => {
  await using server = await startTestServer()
  const { rows } = await server.database.pool.query<{ id: string; earliest: string; latest: string }>(
    `select n, floor(extract(epoch from before) * 4096000)::text as earliest, id,
            floor(extract(epoch from clock_timestamp()) * 4096000)::text as latest
     from (select n, clock_timestamp() as before, uuid_by_time() as id from generate_series(1, 5000) n offset 0) made`,
  )
  for (const { id, earliest, latest } of rows) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const time = BigInt(`0x${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(15, 18)}`)
    expect(time >= BigInt(earliest) && time <= BigInt(latest)).toBe(true)
  }
  expect(new Set(rows.map(({ id }) => id.slice(19))).size).toBe(rows.length)
})
