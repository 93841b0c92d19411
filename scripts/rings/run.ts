// Runs tests with Vitest; those that fail are run again alone, after all others.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FileReport, type Report, type Verdict, completeReport, describe, judge } from './report.ts'

const root = join(import.meta.dirname, '..', '..')

/** More files than this fail for one reason, which a second run would not change. */
const most_again = 8

export async function runTests(args: readonly string[], seed: number): Promise<Verdict> {
  const together = await vitest(args, seed)
  const load = loadavg()[0]! / availableParallelism()
  const failing = together.files.filter(({ failures }) => failures.length > 0)
  const alone: FileReport[] = []
  if (failing.length <= most_again) for (const file of failing) alone.push(...(await runAlone(file, args, seed)))
  const verdict = judge(together, alone, { seed, load })
  print(`\n${describe(verdict)}\nPARLEY_TEST_SEED=${seed}`)
  return verdict
}

async function runAlone({ path, project }: FileReport, args: readonly string[], seed: number): Promise<FileReport[]> {
  print(`\nOnce more, alone: ${path}`)
  const config = args.filter((arg, index) => arg === '--config' || args[index - 1] === '--config')
  const chosen = config.length > 0 ? config : ['--project', project]
  const { files, unhandled } = await vitest([...chosen, '--maxWorkers=1', path], seed)
  const failures = unhandled.map((fault) => ({ name: 'the file', fault }))
  return files.map((file) => ({ ...file, failures: [...failures, ...file.failures] }))
}

async function vitest(args: readonly string[], seed: number): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-report-'))
  const path = join(folder, 'report.json')
  const env = { ...process.env, PARLEY_TEST_REPORT: path, PARLEY_TEST_SEED: String(seed) }
  const reporters = ['--reporter=default', '--reporter=./scripts/rings/reporter.ts']
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args, ...reporters], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  child.once('error', reject).once('close', resolve)
  const code = await promise
  try {
    return completeReport(JSON.parse(readFileSync(path, 'utf8')) as Report, code)
  } catch {
    return {
      files: [],
      unhandled: [`Vitest ended with ${code} before it reported what it found; see its output above.`],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
