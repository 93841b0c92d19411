// The command-line options of the measurements.
import { parseArgs } from 'node:util'

/**
 * Numbers by name, such as `--model-ms 900` for `model_ms`. Also `--database-url`: a PostgreSQL to use instead of a private one.
 * Its database should be empty, and keeps the data of the measurement. `--model-url` and `--model`: see real-model.ts.
 */
export function readOptions<const Names extends string>(
  defaults: Record<Names, number>,
): Record<Names, number> & {
  database_url: string | undefined
  model_url: string | undefined
  model: string | undefined
} {
  const flags = Object.entries<number>(defaults).map(([name, value]) => ({
    name,
    flag: name.replaceAll('_', '-'),
    value,
  }))
  const { values }: { values: Record<string, unknown> } = parseArgs({
    options: Object.fromEntries([
      ...['database-url', 'model-url', 'model'].map((flag) => [flag, { type: 'string' as const }] as const),
      ...flags.map(({ flag, value }) => [flag, { type: 'string' as const, default: String(value) }]),
    ]),
  })
  const read = ({ flag }: { flag: string }) => {
    const value = Number(values[flag])
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${flag} must be a number`)
    return value
  }
  const numbers = Object.fromEntries(flags.map((of) => [of.name, read(of)])) as Record<Names, number>
  const text = (flag: string) => values[flag] as string | undefined
  return { ...numbers, database_url: text('database-url'), model_url: text('model-url'), model: text('model') }
}
