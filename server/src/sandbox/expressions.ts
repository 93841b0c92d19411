// Evaluates the expressions of a step: plain ones in the server, all others in the sandbox.
import type { SandboxFault } from './protocol.ts'
import type { ReadExpression } from './rules/expression.ts'
import { scopeOf } from './rules/names.ts'
import { evaluatePlain, type Fuel } from './rules/plain.ts'
import type { ExpressionWork, Sandbox } from './sandbox.ts'

export interface ExpressionsWork extends Omit<ExpressionWork, 'expressions' | 'isLast'> {
  expressions: readonly ReadExpression[]
  /** With each expression's place it makes the seed of its random functions: the id of a visit. */
  seed: string
  /** For all plain expressions of a step. */
  fuel: Fuel
  max_bytes: number
}

export type Evaluated =
  | { values: ReadonlyMap<ReadExpression, unknown>; fault: null }
  | { values: null; fault: SandboxFault; expression: ReadExpression }

/** Values of all, missing ones null, or the fault of the first that fails. Throws as `Sandbox.evaluate`. */
export async function evaluateExpressions(sandbox: Sandbox, work: ExpressionsWork): Promise<Evaluated> {
  const { expressions, seed, fuel, max_bytes, ...surroundings } = work
  const scope = scopeOf(work.names)
  const values = new Map<ReadExpression, unknown>()
  const others: { expression: ReadExpression; text: string; seed: string }[] = []
  for (const [place, expression] of expressions.entries()) {
    const plain = evaluatePlain(expression, scope, fuel, max_bytes)
    if (plain) values.set(expression, plain.value ?? null)
    else others.push({ expression, text: expression.text, seed: `${seed} ${place}` })
  }
  if (others.length === 0) return { values, fault: null }
  const outcomes = await sandbox.evaluate({ ...surroundings, expressions: others })
  for (const [place, { value, fault }] of outcomes.entries()) {
    const { expression } = others[place]!
    if (fault !== null) return { values: null, fault, expression }
    values.set(expression, value)
  }
  return { values, fault: null }
}
