// The last lines of `.ci/run`: what failed, what was flaky, and the count. Takes the exit codes of the programs that are no tests, and
// the verdicts of those that are.
import { readFileSync } from 'node:fs'
import { type Verdict, describe, isGreen } from './report.ts'

const args = process.argv.slice(2)
const codes = args.filter((arg) => /^\d+$/.test(arg))
const verdicts = args.filter((arg) => !/^\d+$/.test(arg)).map(readVerdict)

const whole: Verdict = {
  passed: verdicts.reduce((sum, { passed }) => sum + passed, 0),
  failed: verdicts.flatMap(({ failed }) => failed),
  flaky: verdicts.flatMap(({ flaky }) => flaky),
}
for (const code of codes.filter((found) => found !== '0'))
  whole.failed.push({ path: '.ci/run', name: 'a check', fault: `It ended with ${code}; see above.` })

process.stdout.write(`${describe(whole)}\n`)
process.exitCode = isGreen(whole) ? 0 : 1

/** A run that wrote none has failed as a whole. */
function readVerdict(path: string): Verdict {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Verdict
  } catch {
    return {
      passed: 0,
      failed: [{ path, name: 'a run of tests', fault: 'It wrote no verdict; see above.' }],
      flaky: [],
    }
  }
}
