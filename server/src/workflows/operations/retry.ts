// Executes a workflow again from a step of an earlier execution, with the outputs of the visits before it.
import type { Input } from '@parley/contract'
import { AppError, type FieldFault, invalid, notFound } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Handler } from '../../calls/context.ts'
import type { TransactionStore } from '../../database/store.ts'
import { readCopied, writeAcceptance } from '../commit/accept.ts'
import type { Pinned } from '../commit/load.ts'
import type { Plan } from '../run/plan.ts'
import { checkInput } from '../rules/convert-values.ts'
import { type Retried, readRetried } from '../rows/executions.ts'
import { findVersionToStart, readVersionChoice } from '../rows/versions.ts'
import type { Workflows } from '../services.ts'
import { startedBy } from '../started-by.ts'
import { refuseLoop } from '../wanted.ts'
import { executionNotFound } from './executions.ts'

export const retryExecution: Handler<'retryExecution', Workflows> = async (ctx, input) => {
  refuseLoop(ctx)
  const earlier = await readRetried(ctx.store, input.execution_id)
  if (!earlier) throw executionNotFound()
  if (!earlier.is_over) throw new AppError('execution_active')
  if (earlier.is_erased) throw new AppError('content_purged', content_gone)
  if (earlier.is_test && !ctx.access.scopes.has('workflows:manage')) {
    throw new AppError('forbidden', 'Testing needs the scope workflows:manage.')
  }
  const from = findVisit(earlier, input.from_step ?? null)
  await ctx.room.requireRoom(ctx.store)
  const execution_id = input.execution_id.toLowerCase()
  const copied = await readCopied(ctx.store, execution_id, from.position - 1)
  const id = ctx.core.ports.newId()
  await ctx.store.transaction(async (tx) => {
    const pinned = await pin(tx, earlier, input)
    const plan = await ctx.room.planOf(tx, pinned)
    requireSteps(plan, earlier, from)
    const { mode, ...settings } = { mode: 'async' as const, ...pick(plan) }
    const { input: given, trigger, test, stop_after, is_test, conversation_id, agent_id } = earlier
    await writeAcceptance(tx, ctx.room.accepting, plan.graph, {
      ...{ ...pinned, id, mode, ...settings, entry: from.step_id, depth: ctx.depth, copied, cause: null },
      ...{ input: given, trigger, test, stop_after, is_test, conversation_id, agent_id },
      started_by: startedBy(ctx.access),
    })
  })
  return { execution_id: id, status: 'queued' as const }
}

const content_gone = 'The content of the execution was removed, so it cannot be repeated. Execute the workflow again.'

const pick = ({ definition: { settings } }: Plan) => ({
  max_concurrent: settings.max_concurrent,
  keep: settings.keep,
})

type Visit = Retried['steps'][number]

function findVisit({ steps }: Retried, from_step: number | string | null): Visit {
  const found =
    from_step === null
      ? (steps.findLast(({ status }) => status === 'failed') ?? steps.at(-1))
      : steps.findLast(({ position, step_id }) => from_step === (typeof from_step === 'number' ? position : step_id))
  if (!found) throw invalid({ path: 'from_step', message: 'is no visit of the execution; use a position or a step id' })
  return found
}

/** The same version, or the one that is asked for. The workflow exists until the execution is stored. */
async function pin(
  tx: TransactionStore,
  { workflow_id, version, definition_digest }: Retried,
  { version: asked = null }: Input<'retryExecution'>,
): Promise<Pinned> {
  if (workflow_id === null) {
    if (asked !== null)
      throw invalid({ path: 'version', message: 'must be absent: the execution has its own definition' })
    return { workflow_id, version, definition_digest }
  }
  const found = await findVersionToStart(tx, workflow_id, asked === null ? 'default' : readVersionChoice(asked)!)
  if (!found) throw notFound('Workflow')
  if (asked === null) return { workflow_id, version, definition_digest }
  if (found.version === null) throw new AppError('workflow_not_published')
  if (found.status === 'draft') throw new AppError('workflow_not_published')
  return { workflow_id, version: found.version, definition_digest: null }
}

function requireSteps({ definition: { steps } }: Plan, earlier: Retried, from: Visit): void {
  const taken = earlier.steps.filter(({ position }) => position <= from.position)
  const lacking = [...new Set(taken.map(({ step_id }) => step_id))].filter((id) => !steps.has(id))
  const faults: FieldFault[] = lacking.map((id) => ({
    path: 'from_step',
    message: `the version has no step "${id}", which the execution has visited before`,
  }))
  const entry = steps.get(from.step_id)
  if (entry?.type === 'input') {
    const { faults: found } = checkInput(entry.config.fields, earlier.input as JsonObject)
    faults.push(...found.map(({ field, message }) => ({ path: `input_data.${field}`, message })))
  }
  if (faults.length > 0) throw invalid(...faults)
}
