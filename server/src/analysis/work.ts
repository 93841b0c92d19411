// The work that writes a conversation's summary after its end. Safe to run twice: it checks the state that it finds.
import { readAgentConfigOrDefaults } from '../agents/agents.ts'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { Core } from '../calls/core.ts'
import {
  type AnalysisOutcome,
  type Conversations,
  analysis_work,
  announce,
  beginAnalysis,
  failAnalysis,
  reach,
  writeAnalysis,
} from '../conversations/conversations.ts'
import { findConversation } from '../conversations/read/conversation.ts'
import { readEnds } from '../conversations/read/transcript.ts'
import { openReservedStore } from '../database/store.ts'
import { changed } from '../live/shared.ts'
import { type ModelCatalog, ModelError, collectAnswer, modelOf, modelsOf, summarizeWithDemo } from '../models/models.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../work/port.ts'
import { boundSummary, linesOf, shown_of_each_end, summaryRequest } from './rules/summary.ts'

export interface AnalysisServices {
  readonly core: Core
  readonly conversations: Conversations
  readonly models: ModelCatalog
}

export function analysisWork(services: AnalysisServices): WorkKind {
  const { core, conversations } = services
  return {
    name: analysis_work,
    lease_ms: 10_000,
    delays_ms: [2500, 7500, 20_000, 55_000],
    share: { node: 16, organization: 8, owner: 8 },
    run: (item, port) => runAnalysis(services, item, port),
    giveUp: (tx, { subject }, why) => failAnalysis(tx, conversations.commits, subject, why),
    async settled({ organization_id, subject }) {
      await reach(core.ports, 'analysis.committed')
      announce(core, subject)
      conversations.watcher.changed(organization_id!)
      // The waiting call of `end` may be on any node.
      await core.live.bus.publish(changed, subject)
    },
  }
}

async function runAnalysis(
  { core, conversations, models: catalog }: AnalysisServices,
  { organization_id, subject: id, tries }: WorkItem,
  port: WorkPort,
): Promise<Outcome> {
  const { default_model } = core.config
  // In a commit, of which a node has few at once: many conversations that end together leave connections to turns.
  const begun = await port.commit(async (tx) => {
    const conversation = await findConversation(tx, id)
    if (!conversation) return null
    const config = await readAgentConfigOrDefaults(tx, conversation.agent_version_id, 'text', default_model)
    const lines = linesOf(await readEnds(tx, id, shown_of_each_end))
    const run = await beginAnalysis(tx, id)
    return run === null ? null : { run, config, lines }
  })
  if (begun === null) return { next: 'done' }
  const { run, config, lines } = begun
  const models = modelsOf({ ...core, models: catalog }, openReservedStore(core.database, organization_id!))
  const outcome = await summarize({ models }, config, lines, port.signal, tries)
  if (outcome.status === 'retry') return { next: { retry: outcome.reason } }
  return { next: 'done', write: (tx) => writeAnalysis(tx, conversations.commits, { id, run }, outcome) }
}

async function summarize(
  services: Pick<AnalysisServices, 'models'>,
  config: ResolvedConfig,
  lines: ReturnType<typeof linesOf>,
  signal: AbortSignal,
  tries: number,
): Promise<AnalysisOutcome | { status: 'retry'; reason: string }> {
  const { summary: settings } = config.analysis
  if (!lines.some((line) => line.role === 'user'))
    return { status: 'skipped', reason: 'The conversation has no user message.' }
  if (config.llm.provider === 'demo') {
    return { status: 'done', summary: summarizeWithDemo(lines, settings.max_words) }
  }
  try {
    const stream = modelOf(services, config).stream(summaryRequest(settings, lines), signal)
    const { text } = await collectAnswer(stream)
    if (text.trim() === '') return { status: 'failed', reason: 'The model returned an empty summary.' }
    return { status: 'done', summary: boundSummary(text, settings.max_words) }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    if (error.kind === 'not_configured') {
      return { status: 'skipped', reason: 'The model is not configured on this server.' }
    }
    const reason = `${error.message} (${tries === 1 ? '1 try' : `${tries} tries`})`
    return error.kind === 'refused' ? { status: 'failed', reason } : { status: 'retry', reason }
  }
}
