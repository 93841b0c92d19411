// Writes a backup, or restores one, and tells how far it is.
import { type BackupReport, type RestoreReport, loadBackups, readConfig, requireKeyOf } from '@parley/server'
import { ClientError } from '../client/faults.ts'
import { exit_codes, print, printJson, tell } from '../client/output.ts'
import { type ProgressBar, startProgress } from '../client/progress.ts'
import { withDatabase } from '../database.ts'
import type { Surroundings } from '../surroundings.ts'
import { untilInterrupted } from './interrupts.ts'

export async function backUp(file: string, around: Surroundings): Promise<void> {
  using interrupts = untilInterrupted(around)
  const progress = createProgress(around)
  const onWait = () => tell(around, 'Waiting for a server that is bringing the database up to date.')
  const { makeBackup } = await loadBackups()
  let report: BackupReport
  try {
    report = await withDatabase((database) =>
      makeBackup({
        ...{ database, file, signal: interrupts.signal, onWait },
        onProgress: ({ rows, expected }) => progress.set('rows', rows, expected),
      }),
    )
  } catch (error) {
    if (interrupts.signal.aborted) return tell(around, 'Stopped. There is no backup.')
    // By its name: commands that need no server do not load its errors.
    throw (error as Error).name === 'BackupExists' ? new ClientError((error as Error).message, exit_codes.usage) : error
  } finally {
    progress.stop()
  }
  // A signal that came after the last moment.
  around.exit_code = exit_codes.done
  await printReport(around, { file, ...report })
  tellOfFiles(around, report)
  if (report.left_out.length > 0)
    tell(around, `Left out, because Parley did not make them: ${report.left_out.join(', ')}.`)
  tell(around, 'Keep the secret key too: without it the backup is of no use.')
}

export async function restore(
  file: string,
  { is_paused }: { is_paused: boolean },
  around: Surroundings,
): Promise<void> {
  using interrupts = untilInterrupted(around)
  const progress = createProgress(around)
  const config = readConfig()
  const onWait = () => tell(around, 'Waiting for another command or server that is changing the database.')
  const { restoreBackup } = await loadBackups()
  let report: RestoreReport
  try {
    report = await withDatabase((database) =>
      restoreBackup({
        ...{ database, file, is_paused, signal: interrupts.signal, onWait },
        requireKey: (fingerprint) => requireKeyOf(fingerprint, config),
        onProgress: ({ step, bytes, expected }) => progress.set(`bytes ${step}`, bytes, expected),
      }),
    )
  } catch (error) {
    if (interrupts.signal.aborted && (error as Error).name !== 'RestoreInDoubt')
      return tell(around, 'Stopped. Nothing was restored.')
    throw error
  } finally {
    progress.stop()
  }
  around.exit_code = exit_codes.done
  await printReport(around, { file, ...report })
  tellOfFiles(around, report)
  if (is_paused)
    tell(
      around,
      'The copy is paused: its webhooks are off, what waited is put off, and open turns end at the first start.',
    )
}

async function printReport(around: Surroundings, report: Record<string, unknown>): Promise<void> {
  if (around.json) return printJson(around, report)
  const { file, taken_at, tables, rows } = report
  await print(
    around,
    `file: ${String(file)}\ntaken_at: ${String(taken_at)}\ntables: ${String(tables)}\nrows: ${String(rows)}\n`,
  )
}

function tellOfFiles(around: Surroundings, { files_in_s3 }: { files_in_s3: number }): void {
  if (files_in_s3 > 0) tell(around, `${files_in_s3} files are in S3, and not in the backup: keep a copy of the bucket.`)
}

async function show(bar: Promise<ProgressBar>, done: number): Promise<void> {
  const shown = await bar
  shown.set(done)
}

/** A bar for each kind of what is counted, from the first number on. */
function createProgress(around: Surroundings) {
  let current: { what: string; bar: Promise<ProgressBar> } | null = null
  const stop = () => void current?.bar.then((bar) => bar.stop())
  return {
    set(what: string, done: number, expected: number | null): void {
      if (current?.what !== what) {
        stop()
        current = { what, bar: startProgress(around, what, expected) }
      }
      void show(current.bar, done)
    },
    stop,
  }
}
