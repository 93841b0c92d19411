// `parley agents`: agents kept as files. A client of the API, so it needs no database.
import { type Command, Option } from 'commander'
import type { Surroundings } from '../surroundings.ts'
import type { Format } from './agent-text.ts'
import type { ConnectionOptions } from '../client/connection.ts'
import { checkExitCodeFlag, exit_code_of_differences, withConnection } from '../client/options.ts'
import { reportTo } from '../client/output.ts'

interface ApplyFlags extends ConnectionOptions {
  publish?: true
  dryRun?: true
  exitCode?: true
}

interface ExportFlags extends ConnectionOptions {
  agent?: string[]
  format: Format
  force?: true
}

export function addAgentCommands(program: Command, around: Surroundings): void {
  const print = reportTo(around)
  const agents = program.command('agents').description('manage agents as files through the API of a running server')
  withConnection(agents.command('apply'))
    .description('update the agents on the server to match the files in a folder, and print the differences')
    .argument('<folder>', 'the folder; agents that have no file here are not changed')
    .option('--publish', 'publish the versions, so that new conversations use them')
    .option('--dry-run', 'print the differences without changing anything')
    .option('--exit-code', `with --dry-run: exit with ${exit_code_of_differences} if there are differences`)
    .action(async (folder: string, { publish, dryRun, exitCode, ...connection }: ApplyFlags) => {
      checkExitCodeFlag(exitCode, dryRun)
      const options = { publish: publish ?? false, dry_run: dryRun ?? false }
      const { withClient } = await import('../client/connection.ts')
      const { applyAgents } = await import('./apply.ts')
      const count = await withClient(connection, (client) => applyAgents(client, folder, options, print))
      if (dryRun && exitCode && count > 0) around.exit_code = exit_code_of_differences
    })
  withConnection(agents.command('diff'))
    .description('print how the agents on the server differ from the files in a folder, as `apply --dry-run` does')
    .argument('<folder>', 'the folder')
    .option('--exit-code', `exit with ${exit_code_of_differences} if there are differences`)
    .action(async (folder: string, { exitCode, ...connection }: ApplyFlags) => {
      const { withClient } = await import('../client/connection.ts')
      const { applyAgents } = await import('./apply.ts')
      const options = { publish: false, dry_run: true }
      const count = await withClient(connection, (client) => applyAgents(client, folder, options, print))
      if (exitCode && count > 0) around.exit_code = exit_code_of_differences
    })
  withConnection(agents.command('export'))
    .description('write the agents on the server to files')
    .argument('<folder>', 'the folder; existing files are updated, and nothing is deleted')
    .option('--agent <id…>', 'export only this agent; can be repeated', (id: string, ids: string[] = []) => [
      ...ids,
      id,
    ])
    .addOption(new Option('--format <format>', 'format of new files').choices(['yaml', 'json']).default('yaml'))
    .option('--force', 'overwrite files that have other content')
    .action(async (folder: string, { agent, format, force, ...connection }: ExportFlags) => {
      const options = { agent_ids: agent ?? [], format, force: force ?? false }
      const { withClient } = await import('../client/connection.ts')
      const { exportAgents } = await import('./export.ts')
      await withClient(connection, (client) => exportAgents(client, folder, options, print))
    })
}
