// Previews of expressions: over data that a caller gives, without secrets and without models.
import { ShareExhausted } from '../../base/fair-share.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { AppError } from '../../base/errors.ts'
import { evaluateExpressions } from '../../sandbox/expressions.ts'
import type { Read } from '../../sandbox/rules/expression.ts'
import { fillTemplate } from '../../sandbox/rules/fill.ts'
import { newFuel } from '../../sandbox/rules/plain.ts'
import { type Template, expressionsOf, readCondition, readTemplate } from '../../sandbox/rules/template.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { StepError } from '../machine/execution.ts'
import { hasExpression } from '../rules/listed-expressions.ts'

export interface Preview {
  organization_id: string
  /** With braces, or one whole expression. */
  text: string
  /** The names that it sees. */
  data: JsonObject
  at_ms: number
  seed: string
  signal: AbortSignal
}

export type Previewed = { value: JsonValue } | { error: StepError }

const max_bytes = 1_048_576
const refuse = (message: string): Previewed => ({ error: { code: 'expression_failed', message } })

/** Throws `unavailable` if the sandbox has no place for too long. */
export async function previewExpression(sandbox: Sandbox, preview: Preview): Promise<Previewed> {
  const { text, data, organization_id: owner, at_ms, seed, signal } = preview
  const { read, fault } = (hasExpression(text) ? readTemplate(text) : readCondition(text)) as Read<Template>
  if (fault !== null) return refuse(fault.message)
  if (read.parts.some(({ kind }) => kind === 'prompt')) return refuse('A preview asks no model.')
  const expressions = expressionsOf(read)
  if (expressions.some(({ secrets }) => secrets.length > 0)) return refuse('A preview has no secrets.')
  try {
    const { values, fault: failed } = await evaluateExpressions(sandbox, {
      ...{ owner, at_ms, seed, signal, expressions, max_bytes, fuel: newFuel() },
      names: { values: data, links: [] },
    })
    if (failed !== null) return refuse(failed.message)
    return { value: fillTemplate(read, { values, answers: new Map() }) as JsonValue }
  } catch (error) {
    if (error instanceof ShareExhausted) throw new AppError('unavailable')
    throw error
  }
}
