// Changes beside searches on two nodes; `npm run test:served` makes 500 changes and 10,000 searches.
import { expect, test } from 'vitest'
import { nothingWrong, serveWhole } from './served.ts'

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000)
const changes = Number(process.env['PARLEY_TEST_CHANGES'] ?? 60)
const searches = Number(process.env['PARLEY_TEST_SEARCHES'] ?? 600)

test(
  `K5, K6: ${changes} changes beside ${searches} searches mix nothing and find nothing that is gone (PARLEY_TEST_CHANGES=${changes} PARLEY_TEST_SEARCHES=${searches} PARLEY_TEST_SEED=${seed})`,
  { timeout: 3_600_000 },
  async () => {
    const seen = await serveWhole({ changes, searches, seed, upload_each: 10 })
    const { incomplete } = seen
    process.stdout.write(`${seen.changes} changes, ${seen.searches} searches, ${incomplete} of them incomplete\n`)
    expect(seen).toMatchObject(nothingWrong)
    expect(seen.changes).toBeGreaterThanOrEqual(changes)
    expect(seen.searches).toBeGreaterThanOrEqual(searches)
    expect(incomplete).toBeLessThan(seen.searches / 2)
  },
)
