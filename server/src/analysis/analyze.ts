// The job that writes a conversation's summary after its end. Safe to run twice: it checks the state it finds.
import { readAgentConfigOrDefaults } from '../agents/read-config.ts'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { Core } from '../calls/core.ts'
import {
  type Conversations,
  type AnalysisOutcome,
  announce,
  beginAnalysis,
  writeAnalysis,
} from '../conversations/conversations.ts'
import { collectAnswer, type ModelCatalog, ModelError, modelOf, modelsOf, summarizeWithDemo } from '../models/models.ts'
import { findConversation } from '../conversations/read/conversation.ts'
import { readEnds } from '../conversations/read/transcript.ts'
import { isUnavailable } from '../database/failures.ts'
import { openReservedStore } from '../database/store.ts'
import type { JobPayloads } from '../jobs/enqueue.ts'
import type { JobRun } from '../jobs/worker.ts'
import { boundSummary, linesOf, shown_of_each_end, summaryRequest } from './rules/summary.ts'

export interface AnalysisServices {
  readonly core: Core
  readonly conversations: Conversations
  readonly models: ModelCatalog
}

export async function runAnalysis(
  { core, conversations, models: catalog }: AnalysisServices,
  { organization_id, conversation_id }: JobPayloads['analyze_conversation'],
  job: JobRun,
): Promise<void> {
  const store = openReservedStore(core.database, organization_id)
  const run = await beginAnalysis(store, conversation_id)
  if (run === null) return
  const conversation = await findConversation(store, conversation_id)
  if (!conversation) return
  const { default_model } = core.config
  const config = await readAgentConfigOrDefaults(
    store,
    conversation.agent_version_id,
    conversation.channel,
    default_model,
  )
  const models = modelsOf({ ...core, models: catalog }, store)
  const lines = linesOf(await readEnds(store, conversation_id, shown_of_each_end))
  const outcome = await summarize({ models }, config, lines, job)
  const analysis = { id: conversation_id, run }
  try {
    await writeAnalysis(store, conversations.commits, analysis, outcome)
  } catch (error) {
    // Not again and again: each try is paid for. A database that is away is another matter.
    if (isUnavailable(error) || job.attempt < job.max_attempts) throw error
    await writeAnalysis(store, conversations.commits, analysis, { status: 'failed', reason: 'It could not be stored.' })
  }
  announce(core, conversation_id)
  conversations.watcher.changed(organization_id)
  // The call of `end` that waits may be on any node.
  await core.live.bus.publish({ topic: 'changed', id: conversation_id })
}

/** Throws while tries are left, so that the job comes again later. */
async function summarize(
  services: Pick<AnalysisServices, 'models'>,
  config: ResolvedConfig,
  lines: ReturnType<typeof linesOf>,
  job: JobRun,
): Promise<AnalysisOutcome> {
  const { summary: settings } = config.analysis
  if (!lines.some((line) => line.role === 'user')) return { status: 'skipped', reason: 'There was no user message.' }
  if (config.llm.provider === 'demo') {
    return { status: 'done', summary: summarizeWithDemo(lines, settings.max_words) }
  }
  try {
    const stream = modelOf(services, config).stream(summaryRequest(settings, lines), job.signal)
    const { text } = await collectAnswer(stream)
    if (text.trim() === '') return { status: 'failed', reason: 'The model gave an empty summary.' }
    return { status: 'done', summary: boundSummary(text, settings.max_words) }
  } catch (error) {
    return outcomeOfFailure(error, job)
  }
}

function outcomeOfFailure(error: unknown, { attempt, max_attempts }: JobRun): AnalysisOutcome {
  if (!(error instanceof ModelError)) throw error
  if (error.kind === 'not_configured')
    return { status: 'skipped', reason: 'The model is not configured on this server.' }
  const isLast = attempt >= max_attempts || error.kind === 'refused'
  if (!isLast) throw error
  const tries = attempt === 1 ? '1 try' : `${attempt} tries`
  return { status: 'failed', reason: `${error.message} (${tries})` }
}
