// `parley audit`: verifies and exports the audit log, directly in the database.
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Surroundings } from '../surroundings.ts'

export interface ExportChoice {
  org?: string
  installation?: true
  format: 'ndjson' | 'csv'
}

export interface Expected {
  sequence: number
  hash: string
}

export function addAuditCommands(program: Command, around: Surroundings): void {
  const audit = program.command('audit').description('the audit log: who changed what')
  audit
    .command('verify')
    .description('look for entries that were changed, removed or moved; exit code 1 if there are any')
    .option('--org <slug or id>', 'only this organization (default: all, and the installation)')
    .option(
      '--expect <sequence:hash>',
      'also look for this entry of --org, as an earlier run printed it',
      parseExpected,
    )
    .action(async (options: { org?: string; expect?: Expected }) => {
      const { verifyLog } = await import('./audit.ts')
      await verifyLog(options, around)
    })
  audit
    .command('export')
    .description('write the entries to a file, oldest first')
    .argument('<file>', 'the file; it appears when it is complete')
    .option('--org <slug or id>', 'only this organization (default: all, and the installation)')
    .addOption(new Option('--installation', 'only what concerns no organization').conflicts('org'))
    .addOption(new Option('--format <format>', 'format of the file').choices(['ndjson', 'csv']).default('ndjson'))
    .action(async (file: string, options: ExportChoice) => {
      const { exportLog } = await import('./audit.ts')
      await exportLog(file, options, around)
    })
}

function parseExpected(text: string): Expected {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text) ?? []
  if (sequence === undefined || hash === undefined) {
    throw new InvalidArgumentError('Use a number and a hash such as 120:9f86…, as `parley audit verify` prints them.')
  }
  return { sequence: Number(sequence), hash: hash.toLowerCase() }
}
