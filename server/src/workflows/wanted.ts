// What a call wants to execute: a published version, a draft to test, or a definition of its own; where it begins, and with what.
import { type Input, type StepMock, workflowRecordBounds } from '@parley/contract'
import { AppError, type FieldFault, invalid, notFound } from '../base/errors.ts'
import { most_depth } from '../calls/rules/depth.ts'
import type { JsonObject } from '../base/json.ts'
import { faultsOfSize } from '../base/json-size.ts'
import { findUnstorable } from '../base/text.ts'
import type { Store, TransactionStore } from '../database/store.ts'
import { digestOf } from './commit/definitions.ts'
import type { Pinned } from './commit/load.ts'
import { judge, requireRunnable } from './judging.ts'
import { requireScopes } from './publishing.ts'
import { createPlan, type Plan } from './run/plan.ts'
import { checkInput } from './rules/convert-values.ts'
import { findEntry } from './rules/find-entry.ts'
import type { ResolvedStep } from './rules/resolve-definition.ts'
import { type VersionChoice, findVersion, findVersionToStart, readVersionChoice } from './rows/versions.ts'
import type { WorkflowContext } from './services.ts'

export type ExecuteInput = Input<'executeWorkflow'>

/** What runs, found in the transaction that stores the execution. */
export interface Found {
  pinned: Pinned
  plan: Plan
  /** A definition that is stored with the execution. */
  copy?: JsonObject
}

/** Called in that transaction, before anything is written. */
export type Find = (tx: TransactionStore) => Promise<Found>

export { most_depth as most_deep }

export function refuseLoop({ depth }: Pick<WorkflowContext, 'depth'>): void {
  if (depth >= most_depth) throw new AppError('call_loop')
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined

/** Judges what is not published yet. Throws refusals, and every fault of the call that does not need the definition. */
export async function chooseDefinition(ctx: WorkflowContext, input: ExecuteInput): Promise<Find> {
  const { workflow_id, definition, test } = input
  const faults = faultsOfCall(ctx, input)
  if (faults.length > 0) throw invalid(...faults)
  if (isGiven(definition)) requireManage(ctx, 'Executing a definition')
  if (isGiven(test)) requireManage(ctx, 'Testing')
  if (isGiven(definition)) return copyOf(ctx, definition, { workflow_id: null, version: null })
  const choice = chosenVersion(input)
  const draft = isGiven(test) ? await findDraft(ctx.store, workflow_id!, choice) : null
  if (draft) return copyOf(ctx, draft.definition, { workflow_id: draft.workflow_id, version: draft.version })
  return (tx) => findPublished(ctx, tx, workflow_id!, choice)
}

function requireManage({ access }: WorkflowContext, what: string): void {
  if (!access.scopes.has('workflows:manage'))
    throw new AppError('forbidden', `${what} needs the scope workflows:manage.`)
}

function faultsOfCall(
  ctx: WorkflowContext,
  { workflow_id, definition, workflow_version, input_data, test }: ExecuteInput,
) {
  const faults: FieldFault[] = []
  if (isGiven(workflow_id) === isGiven(definition)) {
    faults.push({ path: '', message: 'must have exactly one of workflow_id and definition' })
  }
  if (isGiven(definition) && isGiven(workflow_version)) {
    faults.push({ path: 'workflow_version', message: 'cannot be combined with definition; remove one' })
  }
  return [...faults, ...faultsOfInput(ctx, input_data ?? {}, 'input_data'), ...faultsOfTest(test ?? null)]
}

export function faultsOfInput({ room }: Pick<WorkflowContext, 'room'>, value: unknown, path: string): FieldFault[] {
  const placed = (fault: FieldFault) => ({ ...fault, path: fault.path === '' ? path : `${path}.${fault.path}` })
  const unstorable = findUnstorable(value).map(placed)
  return unstorable.length > 0 ? unstorable : faultsOfSize(path, value, room.settings.input_bytes)
}

type Test = NonNullable<ExecuteInput['test']>

function faultsOfTest(test: Test | null): FieldFault[] {
  const mocks = Object.entries((test?.mocks ?? {}) as Record<string, StepMock>)
  const wrong = mocks.filter(([, mock]) => Object.hasOwn(mock, 'output') === isGiven(mock.error))
  const sizes = faultsOfSize('test.mocks', test?.mocks, workflowRecordBounds.preview_bytes)
  return [
    ...wrong.map(([id]) => ({ path: `test.mocks.${id}`, message: 'must have exactly one of output and error' })),
    ...(sizes.length > 0
      ? sizes
      : findUnstorable(test?.mocks ?? {}).map(({ path, message }) => ({ path: `test.mocks.${path}`, message }))),
  ]
}

function chosenVersion({ workflow_version }: Pick<ExecuteInput, 'workflow_version'>): VersionChoice | 'default' {
  return isGiven(workflow_version) ? readVersionChoice(workflow_version)! : 'default'
}

/** A test takes a draft by its number; by its words only what is published. */
async function findDraft(store: Store, workflow_id: string, choice: VersionChoice | 'default') {
  if (typeof choice !== 'number') return null
  const found = await findVersion(store, requireId(workflow_id), choice)
  return found?.status === 'draft' ? found : null
}

async function copyOf(ctx: WorkflowContext, sent: unknown, pinned: Omit<Pinned, 'definition_digest'>): Promise<Find> {
  const judged = requireRunnable(await judge(ctx, sent))
  const definition = judged as unknown as JsonObject
  const plan = createPlan(judged, ctx.room.limits, null)
  requireScopes(ctx, plan.definition)
  const copied: Found = { plan, pinned: { ...pinned, definition_digest: digestOf(definition) }, copy: definition }
  return async (tx) => {
    // Nobody deletes the workflow until the test of its draft is stored.
    if (pinned.workflow_id && !(await findVersionToStart(tx, pinned.workflow_id, 'default'))) throw notFound('Workflow')
    return copied
  }
}

async function findPublished(
  ctx: WorkflowContext,
  tx: TransactionStore,
  workflow_id: string,
  choice: VersionChoice | 'default',
): Promise<Found> {
  const found = await findVersionToStart(tx, requireId(workflow_id), choice)
  if (!found) throw notFound('Workflow')
  if (found.version === null && typeof choice === 'number') throw notFound('Workflow version')
  if (found.version === null) throw new AppError('workflow_not_published', nonePublished(choice))
  if (found.status === 'draft') throw new AppError('workflow_not_published')
  const pinned: Pinned = { workflow_id: workflow_id.toLowerCase(), version: found.version, definition_digest: null }
  return { pinned, plan: await ctx.room.planOf(tx, pinned) }
}

const nonePublished = (choice: VersionChoice | 'default') =>
  choice === 'live'
    ? 'No version of the workflow is live. Go live with one first.'
    : 'The workflow has no published version. Publish one first.'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function requireId(id: string): string {
  if (!uuid.test(id)) throw notFound('Workflow')
  return id.toLowerCase()
}

/** Where it begins. Throws the faults of the call that concern the definition. */
export function findStart({ definition: { steps } }: Plan, input: ExecuteInput): ResolvedStep {
  const { initial_step = null, test } = input
  const entry = findEntry(steps, 'manual', initial_step)
  const faults: FieldFault[] = []
  if (!entry) faults.push({ path: 'initial_step', message: messageOfEntry(initial_step) })
  const fields = entry?.type === 'input' ? entry.config.fields : []
  for (const { field, message } of checkInput(fields, (input.input_data ?? {}) as JsonObject).faults) {
    faults.push({ path: `input_data.${field}`, message })
  }
  for (const id of Object.keys((test?.mocks ?? {}) as object)) {
    if (!steps.has(id)) faults.push({ path: `test.mocks.${id}`, message: 'is no step of the workflow' })
  }
  if (isGiven(test?.stop_after) && !steps.has(test.stop_after)) {
    faults.push({ path: 'test.stop_after', message: 'is no step of the workflow' })
  }
  if (faults.length > 0) throw invalid(...faults)
  return entry!
}

const messageOfEntry = (initial_step: string | null) =>
  initial_step === null
    ? 'is required: the workflow has several entries, and none of them is a manual trigger or an input'
    : 'is no step of the workflow'
