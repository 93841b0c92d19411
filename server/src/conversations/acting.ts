// Who acts in a hand-off: a member as themselves, or a person of another desk whom an organization key names.
import type { Assignee, ExternalPerson } from '@parley/contract'
import { invalid } from '../base/errors.ts'
import type { Access } from '../calls/access.ts'

/** The person who acts. */
export function actingPerson(access: Access, external: ExternalPerson | null | undefined): Assignee {
  const person = personIfAny(access, external)
  if (person) return person
  throw invalid({ path: 'external', message: 'is required of an organization key: name the person who acts' })
}

/** Null: a key that names nobody, or an end user. */
export function personIfAny({ actor }: Access, external: ExternalPerson | null | undefined): Assignee | null {
  if (actor.type === 'user') {
    if (external != null)
      throw invalid({ path: 'external', message: 'cannot be sent by a member, who acts as themselves' })
    return { type: 'user', id: actor.id, name: actor.name }
  }
  if (actor.type === 'end_user' || external == null) return null
  return { type: 'external', id: external.id, name: external.name }
}
