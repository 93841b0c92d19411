// The manifest of conversations.
import { conversationOperations } from '@parley/contract'
import { AppError } from '../base/errors.ts'
import type { AccessServices } from '../access/access.ts'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { createLocalResults } from '../live/local-results.ts'
import { type ConversationContributions, createGroupCommit } from './commit/group-commit.ts'
import { changed } from '../live/shared.ts'
import { createHeard } from './heard.ts'
import { conversationMetrics } from './metrics.ts'
import type { Conversations } from './services.ts'
import type { EndedTurn } from './machine/turn-snapshots.ts'
import { KeptConversations } from './kept-conversations.ts'
import * as operations from './operations.ts'
import { createExportShares } from './read/export-shares.ts'
import { purgeWork, removalWork } from './purge-work.ts'
import { textChannel } from './text-channel.ts'
import type { TurnRunner } from './turn-runner.ts'
import { purges } from './purge.ts'

/** The stream of a conversation's events belongs to events/. */
const { streamConversationEvents: _elsewhere, ...group } = conversationOperations

/** A placeholder until the engine is created. */
const nobody: TurnRunner = {
  start: refuse,
  carriesOut: refuse,
  stop: refuse,
  halt: refuse,
  writeGreeting: refuse,
}

function refuse(): never {
  throw new Error('no engine carries out turns')
}

export function createConversations(
  core: Core,
  { tokens }: Pick<AccessServices, 'tokens'>,
): Room<typeof group> & ConversationContributions & { conversations: Conversations } {
  core.metrics.declare(...conversationMetrics)
  const heard = createHeard()
  // Turns that other nodes have ended.
  core.live.bus.subscribe(changed, (id) => heard.forget(id))
  const conversations: Conversations = {
    core,
    commits: createGroupCommit(core),
    results: createLocalResults<EndedTurn>(),
    tokens,
    heard,
    kept: new KeptConversations(core.ports.clock),
    exports: createExportShares(core.ports.clock),
    runner: nobody,
    watcher: { changed: () => {}, progressed: () => {} },
    people: { planWait: refuse, hasTeam: refuse, estimateWait: refuse },
    beginnings: { look: () => async () => null, wait: async () => false, isTaken: () => false },
    end_users: { admit: async () => null, refuseFull: async () => new AppError('conversation_full') },
  }
  return {
    name: 'conversations',
    purges,
    operations: bindRoom(conversations, group, operations),
    conversations,
    channels: [textChannel],
    work: [purgeWork(core, conversations), removalWork],
  }
}
