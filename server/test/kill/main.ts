// `npm run test:kill`: the long run, on a PostgreSQL of its own. Exit code 1 if anything was violated.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import { runKills } from './driver.ts'
import { renderReport } from './report.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    clients: { type: 'string', default: '32' },
    minutes: { type: 'string', default: '45' },
  },
})

async function main(): Promise<number> {
  const [kills, seed, clients, minutes] = [values.kills, values.seed, values.clients, values.minutes].map(Number)
  const command = `npm run test:kill -- --kills ${kills} --seed ${seed} --clients ${clients}`
  process.stdout.write(`${command}\n`)
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-kill-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // For root, the database runs as another user, who needs access to the folder.
  await chmod(folder, 0o711)
  const postgres = stack.use(await startEmbeddedPostgres({ data_dir: join(folder, 'postgres') }))
  const giveUp = () => void stack.disposeAsync().finally(() => process.exit(130))
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp)
  const startedAt = performance.now()
  const report = await runKills({
    connection_string: postgres.connection_string,
    kills: kills!,
    seed: seed!,
    clients: clients!,
    most_seconds: minutes! * 60,
    onProgress: (killed) => void (killed % 25 === 0 && process.stdout.write(`${killed} kills\n`)),
  })
  const took = Math.round((performance.now() - startedAt) / 1000)
  process.stdout.write(`${renderReport(report)}\n${took} seconds. Again: ${command}\n`)
  return report.violations.length === 0 ? 0 : 1
}

process.exitCode = await main()
