// `npm run test:hostile`: a server under attack for a minute, on a PostgreSQL of its own. Exit code 1 if it did not hold. With `--each`:
// each attack by itself, in turn with the quiet organization alone, and what that one notices of it.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import { attacks } from './attacks.ts'
import { runHostile } from './driver.ts'
import { type EachOptions, runEach } from './each.ts'
import { findViolations, renderEach, renderReport } from './report.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    'alone-seconds': { type: 'string', default: '15' },
    'rest-seconds': { type: 'string', default: '30' },
    clients: { type: 'string', default: '5000' },
    each: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(attacks).join() },
    rounds: { type: 'string', default: '3' },
    'model-ms': { type: 'string', default: '300' },
  },
})

async function main(): Promise<number> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-hostile-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // For root, the database runs as another user, who needs access to the folder.
  await chmod(folder, 0o711)
  const postgres = stack.use(await startEmbeddedPostgres({ data_dir: join(folder, 'postgres') }))
  const giveUp = () => void stack.disposeAsync().finally(() => process.exit(130))
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp)
  const { seconds, clients } = values
  process.stdout.write(
    `${process.platform} ${process.arch}, ${availableParallelism()} cores, Node ${process.versions.node}; ` +
      `${seconds} s, ${clients} slow clients\n`,
  )
  const place = { connection_string: postgres.connection_string, data_dir: join(folder, 'data') }
  if (values.each) return await compareEach(place)
  const report = await runHostile({
    ...place,
    seconds: Number(seconds),
    alone_seconds: Number(values['alone-seconds']),
    rest_seconds: Number(values['rest-seconds']),
    clients: Number(clients),
    crowd: 1,
    patience_ms: 30_000,
    onProgress: (text) => void process.stderr.write(`${text}\n`),
  })
  process.stdout.write(`${renderReport(report)}\n`)
  return findViolations(report).length === 0 ? 0 : 1
}

async function compareEach(place: Pick<EachOptions, 'connection_string' | 'data_dir'>): Promise<number> {
  const compared = await runEach({
    ...place,
    attacks: values.only.split(','),
    rounds: Number(values.rounds),
    seconds: Number(values['alone-seconds']),
    clients: Number(values.clients),
    model_ms: Number(values['model-ms']),
    onProgress: (text) => void process.stderr.write(`${text}\n`),
  })
  process.stdout.write(`${renderEach(compared)}\n`)
  return 0
}

process.exitCode = await main()
