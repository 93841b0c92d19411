// `apply`, `diff` and `export`, as agents and workflows have them. Clients of the API, so they need no database.
import { type Command, Option } from 'commander'
import type { ConnectionOptions } from '../client/connection.ts'
import { checkExitCodeFlag, exit_code_of_differences, withConnection } from '../client/options.ts'
import { reportTo } from '../client/output.ts'
import type { Surroundings } from '../surroundings.ts'
import type { ApplyOptions } from './apply.ts'
import type { Described, Kind, Resource } from './kind.ts'
import type { Noun } from './references.ts'
import type { Format } from './text.ts'

interface ApplyFlags extends ConnectionOptions {
  publish?: true
  goLive?: true
  dryRun?: true
  exitCode?: true
}

interface ExportFlags extends ConnectionOptions {
  format: Format
  force?: true
}

interface Filed<D extends Described, R extends Resource> {
  noun: Noun
  what_publishing_does: string
  /** Null: nothing goes live. */
  what_going_live_does: string | null
  loadKind: () => Promise<Kind<D, R>>
}

export function addFileCommands<D extends Described, R extends Resource>(
  group: Command,
  around: Surroundings,
  filed: Filed<D, R>,
): void {
  addApply(group, around, filed)
  addDiff(group, around, filed)
  addExport(group, around, filed)
}

function addApply<D extends Described, R extends Resource>(group: Command, around: Surroundings, filed: Filed<D, R>) {
  const { noun, what_publishing_does, what_going_live_does } = filed
  const command = withConnection(group.command('apply'))
    .description(`update the ${noun}s on the server to match the files in a folder, and print the differences`)
    .argument('<folder>', `the folder; ${noun}s that have no file here are not changed`)
    .option('--publish', what_publishing_does)
  if (what_going_live_does !== null) command.option('--go-live', what_going_live_does)
  command
    .option('--dry-run', 'print the differences without changing anything')
    .option('--exit-code', `with --dry-run: exit with ${exit_code_of_differences} if there are differences`)
    .action(async (folder: string, { publish, goLive, dryRun, exitCode, ...connection }: ApplyFlags) => {
      checkExitCodeFlag(exitCode, dryRun)
      const options = { publish: publish ?? false, go_live: goLive ?? false, dry_run: dryRun ?? false }
      const count = await apply(around, filed, folder, connection, options)
      if (dryRun && exitCode && count > 0) around.exit_code = exit_code_of_differences
    })
}

function addDiff<D extends Described, R extends Resource>(group: Command, around: Surroundings, filed: Filed<D, R>) {
  withConnection(group.command('diff'))
    .description(
      `print how the ${filed.noun}s on the server differ from the files in a folder, as \`apply --dry-run\` does`,
    )
    .argument('<folder>', 'the folder')
    .option('--exit-code', `exit with ${exit_code_of_differences} if there are differences`)
    .action(async (folder: string, { exitCode, ...connection }: ApplyFlags) => {
      const options = { publish: false, go_live: false, dry_run: true }
      const count = await apply(around, filed, folder, connection, options)
      if (exitCode && count > 0) around.exit_code = exit_code_of_differences
    })
}

async function apply<D extends Described, R extends Resource>(
  around: Surroundings,
  { loadKind }: Filed<D, R>,
  folder: string,
  connection: ConnectionOptions,
  options: ApplyOptions,
): Promise<number> {
  const { withClient } = await import('../client/connection.ts')
  const { applyFolder } = await import('./apply.ts')
  const kind = await loadKind()
  return withClient(connection, (client) => applyFolder(client, kind, folder, options, reportTo(around)))
}

function addExport<D extends Described, R extends Resource>(
  group: Command,
  around: Surroundings,
  { noun, loadKind }: Filed<D, R>,
) {
  withConnection(group.command('export'))
    .description(`write the ${noun}s on the server to files`)
    .argument('<folder>', 'the folder; existing files are updated, and nothing is deleted')
    .addOption(
      new Option(`--${noun} <id…>`, `export only this ${noun}; can be repeated`).argParser(
        (id: string, ids: string[] = []) => [...ids, id],
      ),
    )
    .addOption(new Option('--format <format>', 'format of new files').choices(['yaml', 'json']).default('yaml'))
    .option('--force', 'overwrite files that have other content')
    .action(async (folder: string, { format, force, ...flags }: ExportFlags) => {
      const { [noun]: ids = [], ...connection } = flags as ConnectionOptions & { [name in Noun]?: string[] }
      const { withClient } = await import('../client/connection.ts')
      const { exportFolder } = await import('./export.ts')
      const kind = await loadKind()
      const options = { ids, format, force: force ?? false }
      await withClient(connection, (client) => exportFolder(client, kind, folder, options, reportTo(around)))
    })
}
