// What agents do with workflows: their tools, and what comes before and after their conversations.
import type { AgentContributions } from '../../agents/agents.ts'
import type { Core } from '../../calls/core.ts'
import type { ConversationContributions, Conversations } from '../../conversations/conversations.ts'
import type { TurnContributions } from '../../engine/engine.ts'
import { everyMinute } from '../../work/every-minute.ts'
import type { WorkKind } from '../../work/port.ts'
import type { Workflows } from '../services.ts'
import { followWork } from './after-work.ts'
import { beginWork, endedBefore } from './begin-work.ts'
import { beginsAtOnce, createBeginnings } from './before.ts'
import { forgetBeginnings } from './beginning-rows.ts'
import { cancelWork, cutCalls } from './ended-turns.ts'
import { reviewWorkflows } from './review.ts'
import { createWorkflowAction } from './tool-action.ts'
import { WorkflowUses } from './uses.ts'

export interface InAgents {
  work: WorkKind[]
  contributions: AgentContributions & ConversationContributions & TurnContributions
}

/** Deleted in a minute. */
const forgotten_at_once = 10_000

export function createInAgents(core: Core, room: Workflows, conversations: Conversations): InAgents {
  const services = { core, room, conversations, uses: new WorkflowUses(room) }
  conversations.beginnings = createBeginnings(services)
  return {
    work: [
      beginWork(services),
      followWork(services),
      cancelWork(services),
      everyMinute('forget_beginnings', () => forgetBeginnings(core.database, forgotten_at_once)),
    ],
    contributions: {
      actions: { workflow: createWorkflowAction(services) },
      additions: [endedBefore, cutCalls],
      beginsAtOnce,
      reviews: [(store, config, prefix) => reviewWorkflows(room.judge, store, config, prefix)],
    },
  }
}
