// The job that writes a draft's instructions. Safe to run twice: each of its commits checks the state that it finds.
import type { Logger } from 'pino'
import {
  type BegunGeneration,
  type GenerationOutcome,
  beginGeneration,
  finishGeneration,
  outdated,
} from '../agents/instruction-generation.ts'
import type { Core } from '../calls/core.ts'
import type { AuthoringServices } from './authoring.ts'
import { openReservedStore } from '../database/store.ts'
import {
  defaultModel,
  DEMO_PROVIDER,
  type FinishReason,
  instructWithDemo,
  ModelError,
  modelsOf,
} from '../models/models.ts'
import { type JobPayloads, max_generation_tries } from '../jobs/enqueue.ts'
import type { JobRun } from '../jobs/worker.ts'
import { instructionsRequest, judgeInstructions, max_instruction_characters } from './rules/instructions.ts'

/** Of one call; three of them end before the job is overdue. */
const timeout_ms = 90_000

export async function writeInstructions(
  services: Core & AuthoringServices,
  job: JobPayloads['generate_instructions'],
  run: JobRun,
  log: Logger,
): Promise<void> {
  const store = openReservedStore(services.database, job.organization_id)
  const begun = await beginGeneration(store, job)
  if (!begun) return
  const models = modelsOf(services, store)
  const outcome = await write({ models, config: services.config }, begun, run)
  await services.ports.reached?.('instructions.written')
  await finishGeneration(store, job, outcome)
  if (outcome.status === 'failed') log.warn({ version_id: job.version_id, reason: outcome.error }, 'no instructions')
}

type Part = Pick<Core, 'config'> & AuthoringServices

/** Throws while tries are left, so that the job comes again later. */
async function write(services: Part, begun: BegunGeneration, { signal }: JobRun): Promise<GenerationOutcome> {
  const { inputs, config, tries, is_outdated } = begun
  if (is_outdated) return { status: 'failed', error: outdated, instructions: null }
  try {
    return judgeInstructions(await ask(services, inputs, signal), config, services.config.limits)
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const isLast = tries >= max_generation_tries || error.kind === 'refused' || error.kind === 'not_configured'
    if (!isLast) throw error
    const said = tries === 1 ? '1 try' : `${tries} tries`
    return { status: 'failed', error: `${error.message} (${said})`, instructions: null }
  }
}

async function ask(services: Part, inputs: BegunGeneration['inputs'], signal: AbortSignal) {
  const model = defaultModel(services)
  const answer = { text: '', reason: 'other' as FinishReason }
  if (model.provider === DEMO_PROVIDER) return { ...answer, text: instructWithDemo(inputs) }
  const parts = services.models.resolve(model, { timeout_ms }).stream(instructionsRequest(inputs), signal)
  for await (const part of parts) {
    if (part.type === 'text') answer.text += part.text
    else if (part.type === 'finish') answer.reason = part.reason
    if (answer.text.length > max_instruction_characters) break
  }
  return answer
}
