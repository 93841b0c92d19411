// The work that writes a draft's instructions. Safe to run twice: each of its commits checks the state that it finds.
import {
  type BegunGeneration,
  type Generation,
  type GenerationOutcome,
  beginGeneration,
  finishGeneration,
  generation_work,
  outdated,
} from '../agents/agents.ts'
import { BudgetExceeded, not_called } from '../budgets/gate.ts'
import type { Core } from '../calls/core.ts'
import type { AuthoringServices } from './services.ts'
import { openReservedStore } from '../database/store.ts'
import {
  defaultModel,
  DEMO_PROVIDER,
  type FinishReason,
  instructWithDemo,
  ModelError,
  modelsOf,
} from '../models/models.ts'
import type { CallCounter } from '../usage/usage.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../work/port.ts'
import { instructionsRequest, judgeInstructions, max_instruction_characters } from './rules/instructions.ts'

/** Per call. */
const timeout_ms = 90_000

export function instructionsWork(services: Core & AuthoringServices): WorkKind {
  return {
    name: generation_work,
    lease_ms: 10_000,
    delays_ms: [2500, 7500, 20_000],
    share: { node: 16, organization: 8, owner: 4 },
    run: (item, port) => writeInstructions(services, item, port),
    giveUp: (tx, item, why) => finishGeneration(tx, generationOf(item), failed(why)),
  }
}

const generationOf = ({ owner, subject }: WorkItem): Generation => ({ version_id: owner, generation_id: subject })
const failed = (error: string): GenerationOutcome => ({ status: 'failed', error, instructions: null })

async function writeInstructions(services: Core & AuthoringServices, item: WorkItem, port: WorkPort): Promise<Outcome> {
  const generation = generationOf(item)
  const begun = await port.commit((tx) => beginGeneration(tx, generation, item.tries))
  if (!begun) return { next: 'done' }
  const models = modelsOf(services, openReservedStore(services.database, item.organization_id!))
  const counting = { kind: 'model_call', purpose: 'authoring', agent_id: null } as const
  const usage = services.usage.counter({ organization_id: item.organization_id!, ...counting })
  const outcome = await write({ models, config: services.config, usage }, begun, port.signal, item.tries)
  await services.ports.reached?.('instructions.written')
  if (outcome.status === 'retry') return { next: { retry: outcome.reason } }
  if (outcome.status === 'failed') port.log.warn({ reason: outcome.error }, 'no instructions')
  return { next: 'done', write: (tx) => finishGeneration(tx, generation, outcome) }
}

type Part = Pick<Core, 'config'> & AuthoringServices & { usage: CallCounter }

async function write(
  services: Part,
  begun: BegunGeneration,
  signal: AbortSignal,
  tries: number,
): Promise<GenerationOutcome | { status: 'retry'; reason: string }> {
  const { inputs, config, is_outdated } = begun
  if (is_outdated) return failed(outdated)
  try {
    return judgeInstructions(await ask(services, inputs, signal), config, services.config.limits)
  } catch (error) {
    if (error instanceof BudgetExceeded) return failed(not_called)
    if (!(error instanceof ModelError)) throw error
    const isFinal = error.kind === 'refused' || error.kind === 'not_configured'
    const reason = `${error.message} (${tries === 1 ? '1 try' : `${tries} tries`})`
    return isFinal ? failed(reason) : { status: 'retry', reason }
  }
}

async function ask(services: Part, inputs: BegunGeneration['inputs'], signal: AbortSignal) {
  const model = defaultModel(services)
  const answer = { text: '', reason: 'other' as FinishReason }
  if (model.provider === DEMO_PROVIDER) return { ...answer, text: instructWithDemo(inputs) }
  const parts = services.models
    .resolve(model, { timeout_ms })
    .stream(instructionsRequest(inputs), signal, services.usage)
  for await (const part of parts) {
    if (part.type === 'text') answer.text += part.text
    else if (part.type === 'finish') answer.reason = part.reason
    if (answer.text.length > max_instruction_characters) break
  }
  return answer
}
