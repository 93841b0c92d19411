// Evaluates the expression of a trigger over its payload, before there is an execution: plain ones in the server, others in the sandbox.
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { evaluateExpressions } from '../../sandbox/expressions.ts'
import { newFuel } from '../../sandbox/rules/plain.ts'
import { readCondition } from '../../sandbox/rules/template.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

export type Evaluate = (asked: {
  owner: string
  text: string
  names: JsonObject
}) => Promise<{ value: JsonValue; fault: null } | { value: null; fault: string }>

const max_bytes = 65_536
/** Its process may have to be started, and wait for others. */
const longest_ms = 20_000

export function createEvaluate(sandbox: Sandbox, now: () => number): Evaluate {
  return async ({ owner, text, names }) => {
    const { read, fault: unreadable } = readCondition(text)
    if (read === null) return { value: null, fault: unreadable.message }
    if (read.whole?.kind !== 'expression') return { value: null, fault: 'It is not an expression.' }
    const { expression } = read.whole
    const signal = AbortSignal.timeout(longest_ms)
    const work = {
      owner,
      names: { values: names, links: [] },
      at_ms: now(),
      signal,
      seed: '',
      fuel: newFuel(),
      max_bytes,
    }
    const { values, fault } = await evaluateExpressions(sandbox, { ...work, expressions: [expression] })
    if (fault !== null) return { value: null, fault: fault.message }
    return { value: (values.get(expression) ?? null) as JsonValue, fault: null }
  }
}

export function evaluateFor({ evaluate }: { evaluate: Evaluate }, owner: string, text: string, names: JsonObject) {
  return evaluate({ owner, text, names })
}
