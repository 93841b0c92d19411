// The options that every command has, and those of commands that are clients of the API.
import { type Command, Option } from 'commander'
import type { Surroundings } from '../surroundings.ts'
import { ClientError } from './faults.ts'
import { exit_codes } from './output.ts'

export const exit_code_of_differences = exit_codes.usage

export function withGlobalOptions(program: Command, around: Surroundings): void {
  program
    .option('--json', 'print data as JSON, one object on each line')
    .option('--quiet', 'print data and failures only')
    .configureHelp({ showGlobalOptions: true })
    .hook('preAction', () => {
      const { json, quiet } = program.opts<{ json?: boolean; quiet?: boolean }>()
      around.json = json ?? false
      around.quiet = quiet ?? false
    })
}

/** Without a dry run there are no differences left at the end. */
export function checkExitCodeFlag(exitCode: true | undefined, dryRun: true | undefined): void {
  if (exitCode && !dryRun) throw new ClientError('--exit-code needs --dry-run', exit_codes.usage)
}

export function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'address of the server').env('PARLEY_URL').default('http://localhost:8080'))
    .option(
      '--key-file <file>',
      "file that contains the API key (default: PARLEY_API_KEY, or on the server's machine data/admin-key)",
    )
    .addOption(new Option('--org <id>', 'organization to act in, with a personal access token').env('PARLEY_ORG'))
}
