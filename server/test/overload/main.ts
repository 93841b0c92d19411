// `npm run test:overload`: a minute of four times as many messages as a server can answer, on a PostgreSQL of its own. Exit code 1 if
// a line of P7 does not hold.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import { quantile } from './callers.ts'
import { runOverload, verdictsOf } from './run.ts'

const { values } = parseArgs({
  options: {
    'running-turns': { type: 'string', default: '100' },
    'model-ms': { type: 'string', default: '500' },
    times: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '60' },
    'heavy-every-ms': { type: 'string', default: '50' },
    'database-ms': { type: 'string', default: '0' },
    'loop-delay-ms': { type: 'string', default: '75' },
    'connection-wait-ms': { type: 'string', default: '250' },
  },
})

async function main(): Promise<number> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-overload-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // For root, the database runs as another user, who needs access to the folder.
  await chmod(folder, 0o711)
  const { connection_string } = stack.use(await startEmbeddedPostgres({ data_dir: join(folder, 'postgres') }))
  const options = {
    running_turns: Number(values['running-turns']),
    model_ms: Number(values['model-ms']),
    times: Number(values.times),
    database_ms: Number(values['database-ms']),
    heavy_every_ms: Number(values['heavy-every-ms']),
    settings: {
      PARLEY_LIMIT_LOOP_DELAY_MS: values['loop-delay-ms'],
      PARLEY_LIMIT_CONNECTION_WAIT_MS: values['connection-wait-ms'],
    },
  }
  const report = await runOverload({
    ...options,
    connection_string,
    seconds: { alone: 20, before: 20, over: Number(values.seconds), pause: 10 },
    onPhase: (name) => void process.stdout.write(`${name}…\n`),
  })
  const { capacity, over } = report
  const sent = over.loud.turn_ms.length + over.loud.refusal_ms.length
  process.stdout.write(
    `${cpus().length} processors, ${options.running_turns} running turns, a model of ${options.model_ms} ms, ${options.database_ms} ms each way to the database\n` +
      `capacity ${capacity.toFixed(0)} turns/s; ${values.seconds} s with ${(sent / over.loud.seconds).toFixed(0)} messages/s: ` +
      `${over.loud.turn_ms.length} answered, ${over.loud.refusal_ms.length} refused (median ${quantile(over.loud.refusal_ms, 0.5).toFixed(1)} ms), ` +
      `${over.loud.end_ms.length} ended, ${over.loud.heavy} heavy calls answered, ${over.loud.not_sent} not sent\n`,
  )
  const verdicts = verdictsOf(report)
  for (const { what, value, holds } of verdicts) process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${what}: ${value}\n`)
  for (const fault of over.loud.faults.slice(0, 5)) process.stdout.write(`${fault}\n`)
  return verdicts.every(({ holds }) => holds) ? 0 : 1
}

process.exitCode = await main()
