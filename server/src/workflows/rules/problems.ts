// What is wrong with a definition: where, what kind, and what to do. Pure.
import type { ProblemCode, WorkflowProblem } from '@parley/contract'
import { workflowBounds } from '@parley/contract'
import { joinPath, max_faults } from '../../base/faults.ts'

/** The path is within the definition in its one form, such as `nodes.2.config.url`; of the whole definition empty. */
export type Problem = WorkflowProblem

export type Segment = string | number

export function problemAt(segments: readonly Segment[], code: ProblemCode, message: string): Problem {
  return { path: joinPath(segments), code, message }
}

/** There can be as many as a definition has keys. */
const max_sorted = 5000
const max_message_characters = 1000
/** All of an answer, as JSON. */
const max_bytes = 61_440

const byPath = new Intl.Collator('en', { numeric: true }).compare

/** The first of each path and code, in the order of the paths, as many as an answer can hold. */
export function limitProblems(found: readonly Problem[]): Problem[] {
  const first = new Map<string, Problem>()
  for (const problem of found) {
    if (first.size >= max_sorted) break
    const key = `${problem.path} ${problem.code}`
    if (!first.has(key)) first.set(key, problem)
  }
  const kept: Problem[] = []
  let bytes = 0
  for (const { path, code, message } of [...first.values()].sort((a, b) => byPath(a.path, b.path))) {
    if (kept.length >= Math.min(max_faults, workflowBounds.problems)) break
    const cut = message.length > max_message_characters ? `${message.slice(0, max_message_characters)}…` : message
    const problem = { path, code, message: cut.toWellFormed() }
    bytes += Buffer.byteLength(JSON.stringify(problem))
    if (bytes > max_bytes && kept.length > 0) break
    kept.push(problem)
  }
  return kept
}
