// What kind of migration a file is, by its name, and what is left to run. Pure.

/**
 * `expand`: one transaction that servers of the release before do not notice. `concurrent`: one index on a table that exists, or the check of
 * a constraint. `backfill`: fills columns in batches, as leased work. `contract`: removes what only older servers use, by
 * `parley migrate --contract`.
 */
export type MigrationKind = 'expand' | 'concurrent' | 'backfill' | 'contract'

/** `060-name` is of the kind `expand`; the others name their kind: `060-name.concurrent`. */
export function kindOf(name: string): MigrationKind {
  const kind = /\.(\w+)$/.exec(name)?.[1]
  if (kind === undefined) return 'expand'
  if (kind === 'concurrent' || kind === 'backfill' || kind === 'contract') return kind
  throw new Error(`the migration ${name} is of no kind: use .concurrent, .backfill, .contract or nothing before .sql`)
}

/** The first one that is recorded with the version that ran it. */
export const first_with_version = '056'

export interface RecordedMigration {
  name: string
  /** Of the Parley that ran it; null: versions were not recorded yet. */
  version: string | null
}

export interface MigrationState {
  /** What a start runs, in order. */
  pending: string[]
  /** What `parley migrate --contract` runs, in order. */
  contract: string[]
  /** Run by a newer Parley, in order. */
  unknown: RecordedMigration[]
}

/** `known` is in the order of the files. Throws if a migration was left out although later ones have run, which a start cannot mend. */
export function compareMigrations(known: readonly string[], recorded: readonly RecordedMigration[]): MigrationState {
  const run = new Set(recorded.map(({ name }) => name))
  const isContract = (name: string) => kindOf(name) === 'contract'
  const at_start = known.filter((name) => !isContract(name))
  const pending = at_start.filter((name) => !run.has(name))
  const names = new Set(known)
  const unknown = recorded.filter(({ name }) => !names.has(name))
  const last_run = at_start.findLastIndex((name) => run.has(name))
  const left_out = at_start.slice(0, Math.max(0, last_run)).find((name) => !run.has(name))
  if (unknown.length === 0 && left_out !== undefined)
    throw new Error(
      `migration ${left_out} was left out, but later ones have run, which no version of Parley does. Restore a backup`,
    )
  return { pending, contract: known.filter((name) => isContract(name) && !run.has(name)), unknown }
}
