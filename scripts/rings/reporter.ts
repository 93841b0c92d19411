// Writes what a run of Vitest found, in the few words that the rings need, to the file that PARLEY_TEST_REPORT names.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import type { FileReport, Report } from './report.ts'

/** Of a fault, so many lines: the run has printed all of them. */
const fault_lines = 12

export default class ReportFile implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const path = process.env['PARLEY_TEST_REPORT']
    if (!path) return
    const report: Report = { files: modules.map(describeFile), unhandled: unhandled.map(({ message }) => message) }
    writeFileSync(path, JSON.stringify(report))
  }
}

function describeFile(module: TestModule): FileReport {
  const tests = [...module.children.allTests()]
  const failures = tests
    .filter((test) => test.result().state === 'failed')
    .map((test) => ({ name: test.fullName, fault: textOf(test.result().errors) }))
  const own_errors = [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())]
  if (own_errors.length > 0) failures.push({ name: 'the file', fault: textOf(own_errors) })
  return {
    path: relative(process.cwd(), module.moduleId),
    project: module.project.name,
    passed: tests.filter((test) => test.result().state === 'passed').length,
    failures,
  }
}

function textOf(errors: readonly { message: string }[] = []): string {
  return errors
    .map(({ message }) => message)
    .join('\n')
    .split('\n')
    .slice(0, fault_lines)
    .join('\n')
}
