// What visitors may send (B8): limits of the widget, for tokens of its conversations only, never for the organization's keys.
import { AppError, invalid } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import { isLongerThan } from '../base/text.ts'
import type { Core } from '../calls/core.ts'
import { networkOf } from '../calls/attempts.ts'
import type { EndUserCall, EndUserMessages } from '../conversations/conversations.ts'
import type { ConversationRecord } from '../conversations/machine/rows.ts'
import { takeForMessage } from './allowance-rows.ts'
import type { Counting, RefusedWidget } from './counting.ts'
import { allowancesOfMessage, wait_of_full_conversation_seconds } from './rules/allowances.ts'
import { resolveLimits } from './rules/limits.ts'
import type { VisitorDoor } from './visitor-access.ts'
import { type WidgetRecord, readWidget } from './widget-rows.ts'

export function createEndUserMessages(core: Core, door: VisitorDoor, counting: Counting): EndUserMessages {
  /** As the door found it; a token that the organization made was not looked at there. */
  async function findWidget({ access, store }: EndUserCall, id: string): Promise<WidgetRecord | null> {
    const found = door.foundFor(access)
    return found ? found.widget : readWidget(store, id)
  }

  return {
    async admit(call, { conversation, text }) {
      const id = idOf(call, conversation)
      if (id === null) return null
      const widget = await findWidget(call, id)
      // A deleted widget's conversations go on with the usual limits.
      const limits = resolveLimits(widget?.limits ?? {})
      if (isLongerThan(text, limits.message_characters)) {
        throw invalid({ path: 'text', message: `must have at most ${limits.message_characters} characters` })
      }
      const network = networkOf(call.edge?.from.address ?? '')
      const allowances = allowancesOfMessage(limits, { network, conversation_id: conversation.id })
      const refused = await takeForMessage(call.store, core.sealers.address_signer, id, limits, allowances)
      if (refused) throw await counting.refuse(named(widget, conversation, id), refused)
      return limits.messages_per_conversation
    },
    async refuseFull(call, conversation) {
      const id = idOf(call, conversation)
      const retry_after = wait_of_full_conversation_seconds
      if (id !== null) {
        const widget = named(await findWidget(call, id), conversation, id)
        await counting.refuse(widget, { limit: 'messages_per_conversation', wait_seconds: retry_after })
      }
      return new AppError('conversation_full', undefined, {}, { retry_after })
    },
  }
}

/** Null: no token, or no conversation of a widget. */
function idOf({ access }: EndUserCall, { web_widget_id }: ConversationRecord): string | null {
  return access.conversation !== null && web_widget_id !== null && isUuid(web_widget_id) ? web_widget_id : null
}

const named = (widget: WidgetRecord | null, { organization_id }: ConversationRecord, id: string): RefusedWidget =>
  widget ?? { id, organization_id, name: '' }
