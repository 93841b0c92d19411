// Finds what an agent's configuration executes: a stored workflow, whose version is chosen now, or a definition of its own, which is judged
// once. What is wrong is a message for people.
import { LRUCache } from 'lru-cache'
import type { WorkflowUse } from '../../agents/rules/workflows.ts'
import { type JsonObject, canonicalJson } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'
import type { TransactionStore } from '../../database/store.ts'
import { digestOf } from '../commit/definitions.ts'
import type { Pinned } from '../commit/load.ts'
import { type Plan, createPlan } from '../run/plan.ts'
import { checkInput } from '../rules/convert-values.ts'
import { findEntry } from '../rules/find-entry.ts'
import type { ResolvedStep } from '../rules/resolve-definition.ts'
import { findVersionToStart, readVersionChoice } from '../rows/versions.ts'
import type { Workflows } from '../services.ts'

/** It cannot be executed, for a reason that the author of the configuration can mend. */
export class UseFault extends Error {}

/** A definition has not been judged yet, which takes too long for a transaction (T12). */
export class NotJudged extends Error {}

export interface FoundUse {
  pinned: Pinned
  plan: Plan
  copy?: JsonObject
  entry: ResolvedStep
}

export type UseCause = 'ongoing_conversation' | 'pre_call' | 'post_call'

/** `fault`: why it cannot be executed. */
type Judged = { plan: Plan; copy: JsonObject; fault: null } | { fault: string }

const max_characters = 32 * 1024 * 1024
const fixed_characters = 10_000

export class WorkflowUses {
  readonly #room: Pick<Workflows, 'judge' | 'planOf' | 'limits'>
  readonly #judged = new LRUCache<string, Judged>({ maxSize: max_characters })

  constructor(room: Pick<Workflows, 'judge' | 'planOf' | 'limits'>) {
    this.#room = room
  }

  /** So that `find` knows it. A stored workflow needs nothing. */
  async judge(organization_id: string, { definition }: WorkflowUse): Promise<void> {
    if (definition === null || this.#judged.has(keyOf(organization_id, definition))) return
    const { definition: read, problems, obstacles } = await this.#room.judge(organization_id, definition, 'definition')
    const [problem] = [...problems, ...obstacles]
    const judged: Judged =
      read === null || problem
        ? {
            fault: `The definition cannot be executed: ${problem ? `${problem.path} ${problem.message}` : 'it is invalid'}.`,
          }
        : { plan: createPlan(read, this.#room.limits, null), copy: read as unknown as JsonObject, fault: null }
    const size = fixed_characters + JSON.stringify(definition).length * 4
    this.#judged.set(keyOf(organization_id, definition), judged, { size })
  }

  /** In the transaction that stores the execution, before it writes. Throws `UseFault` or `NotJudged`. */
  async find(tx: TransactionStore, use: WorkflowUse, cause: UseCause): Promise<FoundUse> {
    const found = use.definition === null ? await this.#findStored(tx, use) : this.#findDefined(tx, use.definition)
    const entry = findEntry(found.plan.definition.steps, cause, initialStep(use, found.plan))
    if (!entry) throw new UseFault('The workflow has no step where it could begin. Name one as `initial_step`.')
    return { ...found, entry }
  }

  #findDefined({ organization_id }: TransactionStore, definition: JsonObject): Omit<FoundUse, 'entry'> {
    const judged = this.#judged.get(keyOf(organization_id, definition))
    if (!judged) throw new NotJudged()
    if (judged.fault !== null) throw new UseFault(judged.fault)
    const { plan, copy } = judged
    return { plan, copy, pinned: { workflow_id: null, version: null, definition_digest: digestOf(copy) } }
  }

  async #findStored(
    tx: TransactionStore,
    { workflow_id: id, workflow_version }: WorkflowUse,
  ): Promise<Omit<FoundUse, 'entry'>> {
    const choice = workflow_version === null ? 'default' : readVersionChoice(workflow_version)
    const found = id !== null && isUuid(id) && choice ? await findVersionToStart(tx, id, choice) : null
    if (!found || id === null) throw new UseFault('The workflow does not exist.')
    if (found.version === null) throw new UseFault('The workflow has no such version that is published.')
    if (found.status === 'draft') throw new UseFault('The version of the workflow is not published.')
    const pinned: Pinned = { workflow_id: id.toLowerCase(), version: found.version, definition_digest: null }
    return { pinned, plan: await this.#room.planOf(tx, pinned) }
  }
}

const keyOf = (organization_id: string, definition: JsonObject) => `${organization_id} ${canonicalJson(definition)}`

/** As AnyReach has it: a definition begins with the step of this id, if it has one. */
const step_of_definition = 'trigger'

function initialStep({ initial_step, definition }: WorkflowUse, { definition: { steps } }: Plan): string | null {
  if (initial_step !== null) return initial_step
  return definition !== null && steps.has(step_of_definition) ? step_of_definition : null
}

/** Throws what is wrong with the input of an execution that begins with an input. */
export function requireInput({ entry }: FoundUse, given: JsonObject): void {
  const fields = entry.type === 'input' ? entry.config.fields : []
  const [fault] = checkInput(fields, given).faults
  if (fault) throw new UseFault(`The input of the workflow is not valid: ${fault.field} ${fault.message}.`)
}
