// The short form of served.long.test.ts.
import { expect, test } from 'vitest'
import { nothingWrong, serveWhole } from './served.ts'

test(
  'K5: beside changes, an answer has each source whole, of one revision and one model',
  { timeout: 120_000 },
  async () => {
    const seen = await serveWhole({ changes: 40, searches: 150, seed: 1, upload_each: 40 })
    expect(seen).toMatchObject(nothingWrong)
    expect(seen.changes).toBeGreaterThanOrEqual(40)
    expect(seen.searches).toBeGreaterThanOrEqual(150)
  },
)
