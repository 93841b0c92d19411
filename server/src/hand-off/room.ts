// The manifest of hand-off: people take conversations over from their agents, answer, and return or end them. Who handles a conversation is
// decided and written by conversations; this room has the operations, the timers and, later, teams and everything around answering.
import {
  cannedReplyOperations,
  handOffOperations,
  handlingStatisticsOperations,
  satisfactionOperations,
  briefOperations,
  suggestionOperations,
  noteOperations,
  presenceOperations,
  teamOperations,
  inboxOperations,
} from '@parley/contract'
import type { AgentContributions } from '../agents/agents.ts'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { ConversationContributions, Conversations } from '../conversations/conversations.ts'
import type { TurnContributions } from '../engine/engine.ts'
import type { ModelCatalog } from '../models/models.ts'
import { rateReplies, ratingWork } from './confidence.ts'
import { notesForAgent } from './notes-for-agent.ts'
import * as operations from './operations/index.ts'
import { createPeople } from './people.ts'
import type { EventServices } from '../events/events.ts'
import { everyMinute } from '../work/every-minute.ts'
import { forgetPresence } from './presence/conversation-rows.ts'
import { createPresenceWatch } from './presence/watch.ts'
import { createBriefs } from './assist/brief.ts'
import { limitPerMinute } from './assist/limits.ts'
import type { Drafts } from './assist/look-up.ts'
import { createSuggestions } from './assist/suggestions.ts'
import type { HandOff } from './services.ts'
import { recordFacts } from './facts.ts'
import { routeWaiting, routingWork } from './routing/work.ts'
import { leavingWork } from './teams/leaving.ts'
import { movingWork } from './teams/moving.ts'
import { reviewTeams } from './teams/review.ts'
import { armTimer, handlingTimer, resumeRules } from './work.ts'
import { purges } from './purge.ts'

const group = {
  ...handOffOperations,
  ...teamOperations,
  ...presenceOperations,
  ...noteOperations,
  ...cannedReplyOperations,
  ...inboxOperations,
  ...satisfactionOperations,
  ...suggestionOperations,
  ...briefOperations,
  ...handlingStatisticsOperations,
}

/** For each credential. */
const briefs_per_minute = 10
const suggestions_per_minute = 20

interface HandOffOptions extends Pick<EventServices, 'presence'> {
  conversations: Conversations
  models: ModelCatalog
}

type HandOffRoom = Room<typeof group> &
  AgentContributions &
  ConversationContributions &
  TurnContributions & { drafts: Drafts }

export function createHandOff(core: Core, { conversations, models, presence }: HandOffOptions): HandOffRoom {
  const services = { core, conversations }
  const watch = createPresenceWatch(core)
  const drafts: Drafts = { lookUp: null }
  const own: HandOff = {
    ...{ conversations, presence: watch },
    writeBrief: createBriefs({ core, models }),
    writeSuggestion: createSuggestions({ core, models, drafts }),
    takeBrief: limitPerMinute(core, 'briefs', briefs_per_minute),
    takeSuggestion: limitPerMinute(core, 'suggestions', suggestions_per_minute),
  }
  conversations.people = createPeople(core)
  presence.source = watch
  return {
    name: 'hand-off',
    purges,
    drafts,
    operations: bindRoom(own, group, operations),
    additions: [armTimer, resumeRules, rateReplies, routeWaiting, recordFacts],
    sources: [notesForAgent],
    reviews: [reviewTeams],
    work: [
      handlingTimer(services),
      ratingWork({ ...services, models }),
      routingWork(services),
      movingWork(services),
      leavingWork(services),
      everyMinute('forget_presence', () => forgetPresence(core.database)),
    ],
  }
}
