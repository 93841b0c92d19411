// The work that analyzes a conversation after its end. Safe to run twice: it checks the state that it finds.
import { readAgentConfigOrDefaults } from '../agents/agents.ts'
import { BudgetExceeded, passBudgetExceeded } from '../budgets/gate.ts'
import type { Core } from '../calls/core.ts'
import {
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
import { type ModelCatalog, modelsOf, withoutOwnKeys } from '../models/models.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../work/port.ts'
import { analyze } from './analyze.ts'
import { analyses } from './metrics.ts'
import { linesOf, shown_of_each_end } from './rules/transcript.ts'

const delays_ms = [2500, 7500, 20_000, 55_000]

export interface AnalysisServices {
  readonly core: Core
  readonly conversations: Conversations
  readonly models: ModelCatalog
}

export function analysisWork(services: AnalysisServices): WorkKind {
  const { core, conversations } = services
  /** How each has ended, until its commit is made: that may be tried several times. */
  const ended = new WeakMap<WorkItem, Ended>()
  return {
    name: analysis_work,
    lease_ms: 10_000,
    delays_ms,
    share: { node: 16, organization: 8, owner: 8 },
    run: (item, port) => runAnalysis(services, item, port, (outcome) => ended.set(item, outcome)),
    giveUp(tx, item, why) {
      ended.set(item, 'failed')
      return failAnalysis(tx, conversations.commits, item.subject, withTries(why, item.tries))
    },
    async settled(item) {
      const { organization_id, subject } = item
      const outcome = ended.get(item)
      if (outcome) core.metrics.count(analyses, { outcome })
      await reach(core.ports, 'analysis.committed')
      announce(core, subject)
      conversations.watcher.changed(organization_id!)
      // The waiting call of `end` may be on any node.
      await core.live.bus.publish(changed, subject)
    },
  }
}

type Ended = 'done' | 'failed' | 'skipped'

async function runAnalysis(
  { core, conversations, models: catalog }: AnalysisServices,
  { organization_id, subject: id, tries }: WorkItem,
  port: WorkPort,
  note: (outcome: Ended) => void,
): Promise<Outcome> {
  const { default_model } = core.config
  // In a commit, of which a node has few at once: many conversations that end together leave connections to turns.
  const begun = await port.commit(async (tx) => {
    const conversation = await findConversation(tx, id)
    if (!conversation) return null
    const config = await readAgentConfigOrDefaults(tx, conversation.agent_version_id, 'text', default_model)
    const lines = linesOf(await readEnds(tx, id, shown_of_each_end))
    const run = await beginAnalysis(tx, id)
    const { agent_id } = conversation
    return run === null ? null : { run, settings: config.analysis, lines, agent_id }
  })
  if (begun === null) return { next: 'done' }
  const { run, settings, lines, agent_id } = begun
  const counting = { agent_id, conversation_id: id, kind: 'model_call', purpose: 'analysis' } as const
  const store = openReservedStore(core.database, organization_id!)
  const models = modelsOf({ ...core, models: catalog }, store)
  const { llm } = settings
  const outcome = await analyze({
    ...{ models, settings, lines, clock: core.ports.clock, signal: port.signal },
    usage: core.usage.counter({ organization_id: organization_id!, ...counting }),
    isRetried: tries <= delays_ms.length,
    withoutKeys: (result) => withoutOwnKeys(core, store, [llm, ...llm.fallbacks], result),
  }).catch(passBudgetExceeded)
  if (outcome instanceof BudgetExceeded) {
    note('skipped')
    const skipped = { status: 'skipped', reason: 'budget_stopped' } as const
    return { next: 'done', write: (tx) => writeAnalysis(tx, conversations.commits, { id, run }, skipped) }
  }
  if (outcome.status === 'retry') return { next: { retry: outcome.reason } }
  note(outcome.status)
  const told = outcome.status === 'failed' ? { ...outcome, reason: withTries(outcome.reason, tries) } : outcome
  return { next: 'done', write: (tx) => writeAnalysis(tx, conversations.commits, { id, run }, told) }
}

/** A try that was lost with its server counts; the one that finds no tries left does not. */
function withTries(reason: string, tries: number): string {
  const made = Math.min(tries, delays_ms.length + 1)
  return `${reason} (${made === 1 ? '1 try' : `${made} tries`})`
}
