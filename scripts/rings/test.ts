// `npm test`: the whole product in short form. Arguments go to Vitest: `npm test -- server/test/access` runs one folder;
// `--ring` names other tests, and `--report <file>` writes the verdict for another program.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { isGreen } from './report.ts'
import { print, runTests } from './run.ts'

const rings: Record<string, string[]> = {
  short: ['--project', 'unit', '--project', 'server'],
  knowledge: ['--project', 'server'],
  long: ['--project', 'long'],
  browser: ['--config', 'console/vitest.config.ts'],
}

const args = process.argv.slice(2)
const ring = take('--ring') ?? 'short'
const report = take('--report')
const chosen = rings[ring]
if (!chosen) throw new Error(`--ring ${ring}: there is no such ring. Use ${Object.keys(rings).join(', ')}.`)
const seed = Number(process.env['PARLEY_TEST_SEED'] ?? randomInt(2 ** 31))

const started = performance.now()
const verdict = await runTests([...chosen, ...args], seed)
print(`${ring}: ${Math.round((performance.now() - started) / 1000)} s`)
if (report) writeFileSync(report, JSON.stringify(verdict))
process.exitCode = isGreen(verdict) ? 0 : 1

function take(option: string): string | undefined {
  const at = args.indexOf(option)
  return at === -1 ? undefined : args.splice(at, 2)[1]
}
