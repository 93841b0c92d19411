// An entry of the audit log in words: who, what, and about what. Pure.
import type { Output } from '@parley/sdk'
import { describeTimes } from '../ui/describe-times.ts'
import type { FilterName, Filters } from './filters.ts'
import { auditTexts as words } from './texts.ts'

export type Entry = Output<'listAuditLog'>['data'][number]
type Actor = Entry['actor']
type Target = NonNullable<Entry['target']>

/** `updateAgent` is "Update agent"; a command stays as it was typed. */
export function describeAction(action: string): string {
  if (action.includes(' ')) return action
  const text = action.replaceAll(/[A-Z]+(?![a-z])|[A-Z]/g, (letters) => ` ${letters.toLowerCase()}`)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function nameActor({ type, id, name }: Actor): string {
  if (name !== null) return name
  return id === null ? words.actorTypes[type] : words.typed(words.actorTypes[type], id)
}

/** An id says less than what kind of thing it is, but of a secret it is the name. */
export function nameTarget({ type, id, name }: Target): string {
  if (name !== null) return name
  return type === 'secret' && id !== null ? id : words.targetTypes[type]
}

/** For the chip of a filter; empty if it is not set. Names are known from the entries that are shown. */
export function describeFilter(filters: Filters, name: FilterName, entries: readonly Entry[]): string {
  const { after, before, actor_id, action, target_type, target_id, via, outcome } = filters
  switch (name) {
    case 'time':
      return describeTimes({ after, before })
    case 'actor': {
      const known = entries.find(({ actor }) => actor.id === actor_id)
      return actor_id === undefined ? '' : known ? nameActor(known.actor) : actor_id
    }
    case 'action':
      return action === undefined ? '' : describeAction(action)
    case 'target': {
      const known = target_id === undefined ? null : entries.find(({ target }) => target?.id === target_id)?.target
      const shown = known?.name ?? target_id
      const type = target_type && words.targetTypes[target_type]
      return type && shown !== undefined ? words.typed(type, shown) : (type ?? shown ?? '')
    }
    case 'via':
      return via === undefined ? '' : words.vias[via]
    case 'outcome':
      return outcome === undefined ? '' : words.outcomes[outcome]
  }
}
