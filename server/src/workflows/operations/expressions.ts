// The operations on expressions.
import { workflowRecordBounds } from '@parley/contract'
import { invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { faultsOfSize } from '../../base/json-size.ts'
import { AppError } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import {
  DEMO_PROVIDER,
  type ModelRequest,
  collectAnswer,
  defaultModel,
  modelsOf,
  toRefusal,
} from '../../models/models.ts'
import { readCondition } from '../../sandbox/rules/template.ts'
import type { Problem } from '../rules/problems.ts'
import { findCronFault } from '../rules/schedule-times.ts'
import { type WrittenKind, demoTexts, instructionsOf, readWritten } from '../rules/written-expression.ts'
import { previewExpression } from '../run/preview.ts'
import type { WorkflowContext, Workflows } from '../services.ts'

export const evaluateExpression: Handler<'evaluateExpression', Workflows> = async (ctx, { expression, data }) => {
  const given = (data ?? {}) as JsonObject
  const faults = faultsOfSize('data', given, workflowRecordBounds.preview_bytes)
  if (faults.length > 0) throw invalid(...faults)
  const { ports } = ctx.core
  return previewExpression(ctx.room.sandbox, {
    ...{ organization_id: ctx.store.organization_id, text: expression, data: given, at_ms: ports.clock.now() },
    ...{ seed: ports.newId(), signal: new AbortController().signal },
  })
}

const max_ms = 30_000

export const generateExpression: Handler<'generateExpression', Workflows> = async (ctx, { description, kind }) => {
  const text = await write(ctx, kind, description)
  return { text, problems: kind === 'cron' ? cronProblems(text) : await expressionProblems(ctx, text) }
}

async function write({ core, room, store }: WorkflowContext, kind: WrittenKind, description: string): Promise<string> {
  const services = { ...core, models: room.models }
  const ref = defaultModel(services)
  if (ref.provider === DEMO_PROVIDER) return demoTexts[kind]
  const late = new AbortController()
  const stopTimer = core.ports.clock.after(max_ms, () => late.abort(new AppError('model_timed_out')))
  const request: ModelRequest = {
    system: instructionsOf[kind],
    messages: [{ role: 'user', text: description }],
    tools: [],
  }
  try {
    const model = modelsOf(services, store).resolve(ref, { timeout_ms: max_ms })
    const { organization_id } = store
    const usage = core.usage.counter({ organization_id, kind: 'model_call', purpose: 'authoring', agent_id: null })
    const { text } = await collectAnswer(model.stream(request, late.signal, usage))
    return readWritten(text)
  } catch (error) {
    throw toRefusal(error)
  } finally {
    stopTimer()
  }
}

const problem = (message: string): Problem[] => [{ path: 'text', code: 'expression', message }]

function cronProblems(text: string): Problem[] {
  const fault = findCronFault(text)
  return fault === null ? [] : [{ path: 'text', code: 'invalid', message: fault }]
}

async function expressionProblems({ room, store }: WorkflowContext, text: string): Promise<Problem[]> {
  const { read, fault } = readCondition(text)
  if (fault !== null) return problem(fault.message)
  if (read.whole?.kind !== 'expression') return problem('It is a prompt, not an expression.')
  const texts = [{ language: 'jsonata' as const, text: read.whole.expression.text }]
  const signal = new AbortController().signal
  const [refused] = await room.sandbox.check({ owner: store.organization_id, texts, signal })
  return refused ? problem(refused.message) : []
}
