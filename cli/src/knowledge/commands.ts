// `parley knowledge`: knowledge bases kept as folders. A client of the API, so it needs no database.
import type { Command } from 'commander'
import type { ConnectionOptions } from '../client/connection.ts'
import { checkExitCodeFlag, exit_code_of_differences, withConnection } from '../client/options.ts'
import { reportTo } from '../client/output.ts'
import type { Surroundings } from '../surroundings.ts'

interface ApplyFlags extends ConnectionOptions {
  dataset: string
  prune?: true
  wait?: true
  dryRun?: true
  exitCode?: true
}

export function addKnowledgeCommands(program: Command, around: Surroundings): void {
  const print = reportTo(around)
  const knowledge = program
    .command('knowledge')
    .description('manage knowledge bases as folders of files through the API of a running server')
  withConnection(knowledge.command('apply'))
    .description('make a knowledge base what a folder is: send new and changed files, and print the differences')
    .argument('<folder>', 'the folder; hidden files are left out')
    .requiredOption('--dataset <name>', 'required: name or id of the knowledge base; created if none has this name')
    .option('--prune', 'take out files that are not in the folder, and delete those that no other knowledge base has')
    .option('--wait', 'wait until every source is ready, at most 10 minutes; fail if a file of the folder failed')
    .option('--dry-run', 'print the differences without changing anything')
    .option('--exit-code', `with --dry-run: exit with ${exit_code_of_differences} if there are differences`)
    .action(async (folder: string, { dataset, prune, wait, dryRun, exitCode, ...connection }: ApplyFlags) => {
      checkExitCodeFlag(exitCode, dryRun)
      const options = { dataset, prune: prune ?? false, wait: wait ?? false, dry_run: dryRun ?? false }
      const { withClient } = await import('../client/connection.ts')
      const { applyKnowledge } = await import('./apply.ts')
      const count = await withClient(connection, (client) => applyKnowledge(client, folder, options, print))
      if (dryRun && exitCode && count > 0) around.exit_code = exit_code_of_differences
    })
}
