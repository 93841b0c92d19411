// `parley agents`: agents kept as files. A client of the API; it needs no database.
import { type Command, Option } from 'commander'
import type { Surroundings } from '../surroundings.ts'
import type { Format } from './agent-text.ts'
import { applyAgents } from './apply.ts'
import { type ConnectionOptions, withClient } from './connection.ts'
import { exportAgents } from './export.ts'
import { showControls } from './terminal.ts'

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

const exit_code_of_differences = 2

export function addAgentCommands(program: Command, around: Surroundings): void {
  const print = (text: string) => void around.stdout.write(showControls(text))
  const agents = program.command('agents').description('agents as files, over the API of a running server')
  withConnection(agents.command('apply'))
    .description('make the agents of the server what the files of a folder say, and tell the difference')
    .argument('<folder>', 'the folder; agents that it does not have are left alone')
    .option('--publish', 'publish the versions, so that new conversations have them')
    .option('--dry-run', 'only tell the difference')
    .option('--exit-code', `with --dry-run: end with ${exit_code_of_differences} where there is a difference`)
    .action(async (folder: string, { publish, dryRun, exitCode, ...connection }: ApplyFlags) => {
      const options = { publish: publish ?? false, dry_run: dryRun ?? false }
      const count = await withClient(connection, (client) => applyAgents(client, folder, options, print))
      if (dryRun && exitCode && count > 0) around.exit_code = exit_code_of_differences
    })
  withConnection(agents.command('export'))
    .description('write the agents of the server as files')
    .argument('<folder>', 'the folder; it may have such files already, and nothing in it is deleted')
    .option('--agent <id…>', 'only this agent; may be repeated', (id: string, ids: string[] = []) => [...ids, id])
    .addOption(new Option('--format <format>', 'of new files').choices(['yaml', 'json']).default('yaml'))
    .option('--force', 'overwrite files that have other content')
    .action(async (folder: string, { agent, format, force, ...connection }: ExportFlags) => {
      const options = { agent_ids: agent ?? [], format, force: force ?? false }
      await withClient(connection, (client) => exportAgents(client, folder, options, print))
    })
}

function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'the server').env('PARLEY_URL').default('http://localhost:8080'))
    .option('--key-file <file>', 'a file with the key (default: the key is in PARLEY_API_KEY)')
    .addOption(new Option('--org <id>', 'the organization, for a personal access token').env('PARLEY_ORG'))
}
