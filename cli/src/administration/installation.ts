// `parley migrate`, `nodes` and `secret-key`: the database of the installation and the nodes that use it.
import { type Command, Option } from 'commander'
import { print, printFields, printJson, renderTable, tell } from '../client/output.ts'
import type { Surroundings } from '../surroundings.ts'
import { loadServer, withDatabase } from './server.ts'

export function addInstallationCommands(program: Command, around: Surroundings): void {
  addMigrateCommand(program, around)
  addNodesCommand(program, around)
  addSecretKeyCommands(program, around)
}

function addMigrateCommand(program: Command, around: Surroundings): void {
  program
    .command('migrate')
    .description('apply pending database migrations')
    .option('--status', 'only name those that are pending, and columns that are still being filled')
    .addOption(
      new Option('--contract', 'remove what only older servers use; refused while one of them is running').conflicts(
        'status',
      ),
    )
    .action(async ({ status, contract }: { status?: true; contract?: true }) => {
      const { showMigrations, runMigrations, removeWhatIsOld } = await import('./migrations.ts')
      if (status) await showMigrations(around)
      else await (contract ? removeWhatIsOld(around) : runMigrations(around))
    })
}

function addNodesCommand(program: Command, around: Surroundings): void {
  program
    .command('nodes')
    .description('list the servers that use the database')
    .action(async () => {
      const { listNodes } = await loadServer()
      const nodes = await withDatabase(listNodes)
      if (around.json) {
        for (const node of nodes) await printJson(around, node)
        return
      }
      if (nodes.length === 0) return tell(around, 'No server uses the database.')
      const rows = nodes.map(({ id, version, connected_at }) => [id, version ?? 'older', connected_at ?? 'gone'])
      await print(around, renderTable(['ID', 'VERSION', 'CONNECTED SINCE'], rows))
    })
}

function addSecretKeyCommands(program: Command, around: Surroundings): void {
  program
    .command('secret-key')
    .description("the installation's secret key")
    .command('rotate')
    .description(
      'replace the secret key: with PARLEY_SECRET_KEY_NEXT, or with a new one if the key is kept in the data folder',
    )
    .action(async () => {
      const { readConfig, rotateSecretKey, systemPorts } = await loadServer()
      const config = readConfig()
      const rotation = await withDatabase((database) => rotateSecretKey({ database, config, ports: systemPorts }))
      printFields(around, Object.fromEntries(Object.entries(rotation).map(([name, count]) => [name, String(count)])))
      tell(around, restart_advice)
    })
}

const restart_advice =
  'The secret key was replaced. Running servers stop by themselves; start them again. All conversation tokens are now invalid.'
