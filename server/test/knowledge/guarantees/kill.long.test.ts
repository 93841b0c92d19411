// Nodes that die while they ingest, search, crawl, move and delete: twenty of them; `npm run test:kill:knowledge` kills two hundred.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../../support/database.ts'
import { runKnowledgeKills } from './kill/driver.ts'
import { renderKills } from './kill/report.ts'

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000)
const kills = Number(process.env['PARLEY_TEST_KILLS'] ?? 20)
const most_seconds = 300 + kills * 20

test(
  `K3: ${kills} kills lose, mix and double nothing, and leave nothing over (PARLEY_TEST_KILLS=${kills} PARLEY_TEST_SEED=${seed})`,
  async () => {
    await using database = await createTestDatabase()
    const { connection_string } = database
    const onProgress = (killed: number) => void (killed % 25 === 0 && process.stdout.write(`${killed} kills\n`))
    const report = await runKnowledgeKills({ connection_string, kills, seed, most_seconds, onProgress })
    process.stdout.write(`${renderKills(report)}\n`)
    // As text, so that the first lines of a failure say what was found.
    expect(report.violations.map(({ kind, what }) => `${kind}: ${what}`).join('\n')).toBe('')
    expect(report.kills).toBeGreaterThanOrEqual(kills)
    expect(report.accepted).toBeGreaterThan(kills)
    // A busy machine answers fewer in the time that the kills take.
    expect(report.searches).toBeGreaterThan(kills / 2)
    expect(report.repeated_calls).toBeLessThanOrEqual(4 * (report.kills + report.pauses))
  },
  (most_seconds + 400) * 1000,
)
