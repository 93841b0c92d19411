// What an end user is shown of an event: nothing that only the organization may know, and people by the names that their team shows. Pure.
import type { Assignee, ConversationEvent } from '@parley/contract'
import { endedForEndUser, forEndUser } from '../../conversations/machine/message-origin.ts'
import { publicCitation } from '../../conversations/machine/retrievals.ts'

export function forEndUserOnly(event: ConversationEvent): ConversationEvent {
  switch (event.type) {
    case 'turn.completed': {
      if (!event.data.citations) return event
      return { ...event, data: { ...event.data, citations: event.data.citations.map(publicCitation) } }
    }
    case 'message.created': {
      const { author } = event.data
      return author ? { ...event, data: { ...event.data, author: forEndUser(author) } } : event
    }
    case 'conversation.ended': {
      const { data } = event
      return { ...event, data: { ...data, ended_by: endedForEndUser(data.ended_by, data.end_reason) } }
    }
    case 'conversation.handoff_requested': {
      const { data } = event
      return { ...event, data: { ...data, by: unnamed(data.by), text: null, team: null, unfinished_calls: [] } }
    }
    case 'conversation.taken': {
      const { data } = event
      const more = { assignee: forEndUser(data.assignee), from: null, unfinished_calls: [] }
      return { ...event, data: { ...data, by: unnamed(data.by), ...more } }
    }
    case 'conversation.returned': {
      const { data } = event
      return { ...event, data: { ...data, by: unnamed(data.by), from: data.from && shown(data.from) } }
    }
    default:
      return event
  }
}

const unnamed = <By extends { id: string | null; name: string | null }>(by: By): By => ({ ...by, id: null, name: null })

const shown = (person: Assignee): Assignee => forEndUser(person)
