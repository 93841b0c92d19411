// The options that every command has that is a client of the API, and the code it exits with if there are differences.
import { type Command, Option } from 'commander'

export const exit_code_of_differences = 2

export function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'address of the server').env('PARLEY_URL').default('http://localhost:8080'))
    .option('--key-file <file>', 'file that contains the API key (default: PARLEY_API_KEY)')
    .addOption(new Option('--org <id>', 'organization to act in, with a personal access token').env('PARLEY_ORG'))
}
