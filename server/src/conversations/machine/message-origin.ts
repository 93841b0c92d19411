// Who wrote a message, and what one of the end user says about itself beside its text. Pure.
import type { EndReason, EndedBy, FormValues, MessageAuthor } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'
import { shownNameOf } from './handling.ts'

/** Of a message whose role says who wrote it, nothing is stored. */
export function authorOf({ role, author }: { role: string | null; author: MessageAuthor | null }): MessageAuthor {
  if (author) return author
  const type = role === 'user' ? 'end_user' : role === 'assistant' ? 'agent' : 'system'
  return { type, id: null, name: null, external: false }
}

/** As end users are shown a person: by the name that the team shows, without ids. */
export function forEndUser<Person extends { id: string | null; name: string | null; shown_name?: string }>(
  person: Person,
): Omit<Person, 'shown_name'> {
  const { shown_name, ...shown } = person
  return { ...shown, id: null, name: shown_name ?? shownNameOf(null, person.name) ?? person.name }
}

/** As end users are shown who ended a conversation: a member without id and name. */
export function endedForEndUser(ended_by: EndedBy, end_reason: EndReason | null): EndedBy {
  const isMember = ended_by.type === 'user' && end_reason !== 'ended_by_end_user'
  return isMember ? { ...ended_by, id: null, name: null } : ended_by
}

interface Given {
  client_id?: string | null | undefined
  in_reply_to?: string | null | undefined
  values?: JsonObject | null | undefined
}

/** The fields that are set: those of messages without them have none, on the wire too. */
export function originOf<Values = JsonObject>({ client_id, in_reply_to, values }: Given) {
  return {
    ...(client_id == null ? {} : { client_id }),
    ...(in_reply_to == null ? {} : { in_reply_to }),
    ...(values == null ? {} : { values: values as Values }),
  }
}

/** The same as readers see them. */
export const shownOrigin = (given: Given) => originOf<FormValues>(given)
