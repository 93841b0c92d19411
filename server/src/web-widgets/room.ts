// The manifest of web widgets.
import { publicWidgetOperations, webWidgetOperations, widgetStatisticsOperations } from '@parley/contract'
import type { AgentContributions } from '../agents/agents.ts'
import { AppError } from '../base/errors.ts'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { CheckVisitor, Room } from '../calls/room.ts'
import type { ConversationContributions, Conversations } from '../conversations/conversations.ts'
import type { Store } from '../database/store.ts'
import type { Lookup } from '../outbound/names.ts'
import { everyMinute } from '../work/every-minute.ts'
import { createCaptcha } from './captcha.ts'
import { forgetAddresses } from './count-rows.ts'
import { countedChanges } from './counted-changes.ts'
import { type Counting, createCounting } from './counting.ts'
import { built_widget } from './embed/build.ts'
import { createEmbeds, type Embeds } from './embed/embeds.ts'
import { rememberSignatures } from './signatures.ts'
import { createMessageAllowances } from './message-allowances.ts'
import { linkWork } from './link-work.ts'
import { createEndUserMessages } from './messages.ts'
import * as operations from './operations/index.ts'
import { createSites } from './pages/sites.ts'
import type { Standings } from '../access/access.ts'
import type { FirstPages, WebWidgets } from './services.ts'
import { getWebWidgetStatistics } from './statistics.ts'
import { createVisitorDoor } from './visitor-access.ts'
import { eraseVisitor } from './visitor-rows.ts'
import { createVisitorTokens } from './visitor-tokens.ts'
import * as visitors from './visitors/index.ts'
import { hasLiveWidgets, listWidgetsOfAgent } from './widget-queries.ts'
import { purges } from './purge.ts'

const group = { ...webWidgetOperations, ...widgetStatisticsOperations, ...publicWidgetOperations }

type WebWidgetsRoom = Room<typeof group> &
  AgentContributions &
  ConversationContributions & {
    checkVisitor: CheckVisitor
    embeds: Embeds
    counting: Counting
    /** Forgets addresses that are too old, as it does every minute. */
    forget(): Promise<void>
  }

export interface WebWidgetsOptions {
  conversations: Conversations
  /** Whether the organization of a widget may be called. */
  standings: Standings
  secret_key: Buffer
  lookup: Lookup
  /** Where the built widget is, if not where the build puts it. */
  widget_folder?: string | undefined
  /** Where the first page of a domain is, if not at its standard addresses. */
  first_pages?: FirstPages | undefined
}

export function createWebWidgets(
  core: Core,
  { conversations, standings, secret_key, lookup, first_pages, widget_folder = built_widget }: WebWidgetsOptions,
): WebWidgetsRoom {
  const tokens = createVisitorTokens(secret_key, core.ports.clock)
  const sign = rememberSignatures(core.sealers.address_signer)
  const door = createVisitorDoor(core, { tokens, sign, standings })
  const counting = createCounting(core)
  const own: WebWidgets = {
    conversations,
    tokens,
    door,
    counting,
    captcha: createCaptcha(core),
    sites: createSites(core, lookup, first_pages),
  }
  const forget = () => forgetAddresses(core.database)
  conversations.end_users = createEndUserMessages(door, counting, createMessageAllowances(core.database, sign))
  return {
    name: 'web-widgets',
    purges,
    operations: bindRoom(own, group, { ...operations, ...visitors, getWebWidgetStatistics }),
    listWebWidgets: listWidgetsOfAgent,
    refusals: [refuseWithLiveWidgets],
    resources: { visitor: door.resolve },
    checkVisitor: door.checkConversationToken,
    embeds: createEmbeds(core, tokens, widget_folder),
    additions: [countedChanges(counting)],
    erase: eraseVisitor,
    work: [linkWork(core, conversations), everyMinute('forget_visitor_addresses', forget)],
    counting,
    forget,
    start: async () => counting.start(),
  }
}

async function refuseWithLiveWidgets(tx: Store, agent_id: string): Promise<void> {
  if (!(await hasLiveWidgets(tx, agent_id))) return
  throw new AppError('agent_in_use', 'A live web widget has this agent. Unpublish or delete the widget first.')
}
