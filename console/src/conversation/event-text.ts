// A short description of an event, beside its type. Pure.
import type { ConversationEvent } from '@parley/contract'
import { describeRetrieval } from '../passages/describe-retrieval.ts'
import { texts } from '../texts/index.ts'

export function describeEvent({ type, data }: ConversationEvent): string {
  switch (type) {
    case 'message.created':
      return data.content.join('')
    case 'tool_call.completed':
      return data.name
    case 'widget.shown':
      return data.type
    case 'conversation.feedback':
      return data.rating === null ? '' : String(data.rating)
    case 'retrieval.completed':
      return describeRetrieval(data)
    case 'conversation.ended':
      return texts.endReasons[data.end_reason]
    case 'turn.failed':
      return data.error ?? texts.outcomes[data.outcome]
    case 'turn.cancelled':
      return texts.outcomes[data.outcome]
    default:
      return ''
  }
}
