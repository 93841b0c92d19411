// The options that every command has, and those of commands that are clients of the API.
import { type Command, Option } from 'commander'
import type { Surroundings } from '../surroundings.ts'
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

export function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'address of the server').env('PARLEY_URL').default('http://localhost:8080'))
    .option(
      '--key-file <file>',
      "file that contains the API key (default: PARLEY_API_KEY, or on the server's machine data/admin-key)",
    )
    .addOption(new Option('--org <id>', 'organization to act in, with a personal access token').env('PARLEY_ORG'))
}
