// `npm run test:takes`: the long run, on a PostgreSQL of its own. Exit code 1 if anything was violated. With `--races 1000`: twenty people
// at once for each of so many conversations, instead.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import { runTakes } from './driver.ts'
import { raceTakes } from './race.ts'
import { renderReport } from './report.ts'

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'at-once': { type: 'string', default: '24' },
    minutes: { type: 'string', default: '60' },
    races: { type: 'string' },
  },
})

async function main(): Promise<number> {
  const [schedules, seed, at_once, minutes] = [values.schedules, values.seed, values['at-once'], values.minutes].map(
    Number,
  )
  const { races } = values
  const command = races
    ? `npm run test:takes -- --races ${races}`
    : `npm run test:takes -- --schedules ${schedules} --seed ${seed}`
  process.stdout.write(`${command}\n`)
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-takes-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // For root, the database runs as another user, who needs access to the folder.
  await chmod(folder, 0o711)
  const postgres = stack.use(await startEmbeddedPostgres({ data_dir: join(folder, 'postgres') }))
  const giveUp = () => void stack.disposeAsync().finally(() => process.exit(130))
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp)
  const startedAt = performance.now()
  const { connection_string } = postgres
  if (races) return await race(connection_string, Number(races))
  const report = await runTakes({
    connection_string,
    ...{ schedules: schedules!, seed: seed!, at_once: at_once!, most_seconds: minutes! * 60 },
    onProgress: (done) => void (done % 100 === 0 && process.stdout.write(`${done} schedules\n`)),
  })
  const took = Math.round((performance.now() - startedAt) / 1000)
  process.stdout.write(`${renderReport(report)}\n${took} seconds. Again: ${command}\n`)
  return report.violations.length === 0 ? 0 : 1
}

const people = 20

async function race(connection_string: string, conversations: number): Promise<number> {
  const onProgress = (done: number) => void (done % 100 === 0 && process.stdout.write(`${done} conversations\n`))
  const { violations, ...counts } = await raceTakes({ connection_string, conversations, people, onProgress })
  process.stdout.write(
    `${JSON.stringify(counts)}\n${violations.length} violations\n${violations.slice(0, 10).join('\n')}\n`,
  )
  return violations.length === 0 ? 0 : 1
}

process.exitCode = await main()
