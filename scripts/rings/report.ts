// What the rings know of a run of Vitest.

export interface Failure {
  name: string
  fault: string
}

export interface FileReport {
  /** From the root of the repository. */
  path: string
  project: string
  passed: number
  failures: Failure[]
}

export interface Report {
  files: FileReport[]
  /** Errors outside every test. */
  unhandled: string[]
}

/** Vitest also fails for reasons that belong to no test, such as a filter that finds no file or a database that does not end. */
export function completeReport(report: Report, code: number | null): Report {
  const is_told = report.unhandled.length > 0 || report.files.some(({ failures }) => failures.length > 0)
  if (code === 0 || is_told) return report
  return { ...report, unhandled: [`Vitest ended with ${code}, although no test failed; see its output above.`] }
}

export interface Flake {
  name: string
  seed: number
  /** For each processor, in the last minute of the run. */
  load: number
}

export interface Verdict {
  passed: number
  failed: (Failure & { path: string })[]
  flaky: Flake[]
}

/** A run passes with so many tests that fail beside others and pass alone. */
export const most_flaky = 3

export const isGreen = ({ failed, flaky }: Verdict) => failed.length === 0 && flaky.length <= most_flaky

/** Of the tests that failed, those that fail alone too have failed; the others are flaky. */
export function judge(
  together: Report,
  alone: readonly FileReport[],
  { seed, load }: { seed: number; load: number },
): Verdict {
  const verdict: Verdict = { passed: 0, failed: [], flaky: [] }
  for (const file of together.files) {
    verdict.passed += file.passed
    const again = alone.find(({ path, project }) => path === file.path && project === file.project)
    for (const failure of file.failures) {
      const repeated = again ? again.failures.find(({ name }) => name === failure.name || name === 'the file') : failure
      if (repeated) verdict.failed.push({ path: file.path, ...repeated })
      else verdict.flaky.push({ name: `${file.path} > ${failure.name}`, seed, load })
    }
  }
  for (const fault of together.unhandled)
    verdict.failed.push({ path: 'outside every test', name: 'unhandled error', fault })
  return verdict
}

export function describe({ passed, failed, flaky }: Verdict): string {
  return [
    ...failed.map(({ path, name, fault }) => `FAILED ${path} > ${name}\n${fault}\n`),
    ...flaky.map(({ name, seed, load }) => `FLAKY ${name}, seed ${seed}, load ${load.toFixed(1)}`),
    ...(flaky.length > most_flaky ? [`FAILED: ${flaky.length} flaky tests, and at most ${most_flaky} may be.`] : []),
    `${passed + flaky.length} passed, ${failed.length + Math.max(0, flaky.length - most_flaky)} failed`,
  ].join('\n')
}
