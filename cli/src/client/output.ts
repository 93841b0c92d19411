// What commands print: data on standard output, as text or as JSON; everything else on standard error.
import type { Surroundings } from '../surroundings.ts'
import { showControls } from './terminal.ts'

export const exit_codes = {
  done: 0,
  failed: 1,
  /** Used incorrectly, wrong settings, or differences that `--exit-code` asks for. */
  usage: 2,
  /** Some rows failed; standard error names them. */
  partly: 3,
  /** 401 or 403. */
  refused: 4,
  unreachable: 5,
} as const

/** Waits until the reader has taken it, so that a slow one does not fill the memory. */
export function print({ stdout }: Surroundings, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

export function printJson(around: Surroundings, value: unknown): Promise<void> {
  return print(around, `${JSON.stringify(value)}\n`)
}

/** A line for people; not with `--quiet`. */
export function tell({ stderr, quiet }: Surroundings, text: string): void {
  if (!quiet) stderr.write(`${showControls(text)}\n`)
}

/** Prints the fault of a row or a line, even with `--quiet`. */
export function complain({ stderr }: Surroundings, text: string): void {
  stderr.write(`${showControls(text)}\n`)
}

/**
 * Tells what a command does, in whole lines. `data`: its line with `--json`; null: with `--json` nothing. A text without `data` is for people,
 * and with `--json` on standard error.
 */
export type Report = (text: string, data?: object | null) => void

export function reportTo(around: Surroundings): Report {
  return (text, data) => {
    if (!around.json) around.stdout.write(showControls(text))
    else if (data) around.stdout.write(`${JSON.stringify(data)}\n`)
    else if (data === undefined) tell(around, text.trimEnd())
  }
}

/** As in `1 file`, `2 files`. */
export function countOf(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/** With `--json` one object, which also has the secret if there is one. */
export function printFields(around: Surroundings, fields: Record<string, string>, secret?: string): void {
  if (around.json) {
    around.stdout.write(`${JSON.stringify(secret === undefined ? fields : { ...fields, secret })}\n`)
    return
  }
  for (const [name, value] of Object.entries(fields)) around.stdout.write(`${name}: ${value}\n`)
  if (secret !== undefined) printSecret(around, secret)
}

/** A new secret is alone on the last line. */
function printSecret(around: Surroundings, secret: string): void {
  tell(around, 'This secret is shown only once:')
  around.stdout.write(`${secret}\n`)
}

/** Rows of texts as columns, with a heading. */
export function renderTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = [heading, ...rows].map((row) => row.map((cell) => showControls(cell).replaceAll(/[\n\t]/g, ' ')))
  const widths = heading.map((_name, column) => Math.max(...shown.map((row) => row[column]!.length)))
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  return shown.map((row) => `${line(row)}\n`).join('')
}
