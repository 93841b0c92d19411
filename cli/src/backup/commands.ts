// `parley backup` and `restore`: all data of an installation in one file, through its database.
import type { Command } from 'commander'
import type { Surroundings } from '../surroundings.ts'

export function addBackupCommands(program: Command, around: Surroundings): void {
  program
    .command('backup')
    .description('write all data to one file, beside running servers; keep the secret key too, which is not in it')
    .argument('<file>', 'the file, which must not exist; it appears when it is complete')
    .action(async (file: string) => {
      const { backUp } = await import('./backup.ts')
      await backUp(file, around)
    })
  program
    .command('restore')
    .description('fill an empty database from a backup of the same or an earlier version, all of it or nothing')
    .argument('<file>', 'the file that `parley backup` wrote')
    .option('--paused', 'a copy that contacts nobody: webhooks off, waiting work put off, open turns cancelled')
    .action(async (file: string, { paused }: { paused?: true }) => {
      const { restore } = await import('./backup.ts')
      await restore(file, { is_paused: paused ?? false }, around)
    })
}
