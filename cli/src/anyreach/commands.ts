// `parley import`: brings agents and conversations over from another system.
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { ConnectionOptions } from '../client/connection.ts'
import { withConnection } from '../client/options.ts'
import type { Surroundings } from '../surroundings.ts'

export interface AnyreachFlags extends ConnectionOptions {
  from: string
  fromKeyFile: string
  fromOrg?: string
  rate: number
  state: string
}

export function addImportCommands(program: Command, around: Surroundings): void {
  const imports = program.command('import').description('bring data over from another system')
  withConnection(imports.command('anyreach'))
    .description(
      'bring agents, their published versions and all conversations over; called again, it goes on, and after its end brings over what is newer or failed',
    )
    .requiredOption('--from <url>', 'address of the other system')
    .requiredOption('--from-key-file <file>', 'file that contains a key of the other system')
    .option('--from-org <id>', 'organization there, with a personal access token')
    .option('--rate <count>', 'requests to the other system a second', parseRate, 5)
    .option('--state <file>', 'how far it is', 'anyreach-import.state')
    .action(async (flags: AnyreachFlags) => {
      const { withClient } = await import('../client/connection.ts')
      const { importAnyreach } = await import('./import.ts')
      await withClient(flags, (client) => importAnyreach(client, flags, around))
    })
}

function parseRate(text: string): number {
  const rate = Number(text)
  if (!(rate > 0 && rate <= 1000)) throw new InvalidArgumentError('Use a number above 0, at most 1000.')
  return rate
}
