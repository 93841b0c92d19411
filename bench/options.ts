// The command-line options of the measurements.
import { parseArgs } from 'node:util'

/**
 * Numbers by name, such as `--model-ms 900` for `model_ms`. Also `--database-url`: a PostgreSQL to use instead of a private one.
 * Its database should be empty, and keeps the data of the measurement.
 */
export function readOptions<const Names extends string>(
  defaults: Record<Names, number>,
): Record<Names, number> & { database_url: string | undefined } {
  const flags = Object.entries<number>(defaults).map(([name, value]) => ({
    name,
    flag: name.replaceAll('_', '-'),
    value,
  }))
  const { values }: { values: Record<string, unknown> } = parseArgs({
    options: Object.fromEntries([
      ['database-url', { type: 'string' as const }],
      ...flags.map(({ flag, value }) => [flag, { type: 'string' as const, default: String(value) }]),
    ]),
  })
  const read = ({ flag }: { flag: string }) => {
    const value = Number(values[flag])
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${flag} must be a number`)
    return value
  }
  const numbers = Object.fromEntries(flags.map((of) => [of.name, read(of)])) as Record<Names, number>
  return { ...numbers, database_url: values['database-url'] as string | undefined }
}
