// `npm run test:upgrade -- --from <folder>`: an upgrade from the release whose checkout is in the folder, on a PostgreSQL of its own. Exit
// code 1 if anything was violated.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import { runUpgrade } from './upgrade.ts'

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    clients: { type: 'string', default: '24' },
    starts: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '20' },
  },
})

async function main(): Promise<number> {
  if (values.from === undefined) {
    process.stderr.write('Name a checkout of the release before: --from <folder>. Its packages must be installed.\n')
    return 2
  }
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-upgrade-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // For root, the database runs as another user, who needs access to the folder.
  await chmod(folder, 0o711)
  const postgres = stack.use(await startEmbeddedPostgres({ data_dir: join(folder, 'postgres') }))
  const { violations, ...report } = await runUpgrade({
    connection_string: postgres.connection_string,
    older: values.from,
    ...{ seed: Number(values.seed), clients: Number(values.clients) },
    ...{ killed_starts: Number(values.starts), together_ms: Number(values.seconds) * 1000 },
  })
  process.stdout.write(
    `${JSON.stringify({ ...report, violations: violations.length }, null, 2)}\nseed ${values.seed}\n`,
  )
  for (const { kind, what } of violations.slice(0, 40)) process.stdout.write(`${kind}: ${what}\n`)
  return violations.length === 0 ? 0 : 1
}

process.exitCode = await main()
