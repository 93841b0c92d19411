// The manifest of web widgets.
import { publicWidgetOperations, webWidgetOperations, widgetStatisticsOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { CheckVisitor, Room } from '../calls/room.ts'
import type { ConversationContributions, Conversations } from '../conversations/conversations.ts'
import { everyMinute } from '../work/every-minute.ts'
import { createCaptcha } from './captcha.ts'
import { forgetAddresses } from './count-rows.ts'
import { countedChanges } from './counted-changes.ts'
import { createCounting } from './counting.ts'
import { built_widget } from './embed/build.ts'
import { createEmbeds, type Embeds } from './embed/embeds.ts'
import { linkWork } from './link-work.ts'
import { createEndUserMessages } from './messages.ts'
import * as operations from './operations/index.ts'
import type { WebWidgets } from './services.ts'
import { getWebWidgetStatistics } from './statistics.ts'
import { createVisitorDoor } from './visitor-access.ts'
import { eraseVisitor } from './visitor-rows.ts'
import { createVisitorTokens } from './visitor-tokens.ts'
import * as visitors from './visitors/index.ts'

const group = { ...webWidgetOperations, ...widgetStatisticsOperations, ...publicWidgetOperations }

type WebWidgetsRoom = Room<typeof group> & ConversationContributions & { checkVisitor: CheckVisitor; embeds: Embeds }

export interface WebWidgetsOptions {
  conversations: Conversations
  secret_key: Buffer
  /** Where the built widget is, if not where the build puts it. */
  widget_folder?: string | undefined
}

export function createWebWidgets(
  core: Core,
  { conversations, secret_key, widget_folder = built_widget }: WebWidgetsOptions,
): WebWidgetsRoom {
  const tokens = createVisitorTokens(secret_key, core.ports.clock)
  const door = createVisitorDoor(core, tokens)
  const counting = createCounting(core)
  const own: WebWidgets = { conversations, tokens, door, counting, captcha: createCaptcha(core) }
  conversations.end_users = createEndUserMessages(core, door, counting)
  return {
    name: 'web-widgets',
    operations: bindRoom(own, group, { ...operations, ...visitors, getWebWidgetStatistics }),
    resources: { visitor: door.resolve },
    checkVisitor: door.checkConversationToken,
    embeds: createEmbeds(core, tokens, widget_folder),
    additions: [countedChanges],
    erase: eraseVisitor,
    work: [
      linkWork(core, conversations),
      everyMinute('forget_visitor_addresses', () => forgetAddresses(core.database)),
    ],
    start: async () => counting.start(),
  }
}
