// The event patterns of an endpoint, as the form shows them. Pure.
import { deliveredTypes, matchesEvent } from '@parley/contract'

export interface Family {
  /** `conversation.*` */
  pattern: string
  types: readonly string[]
}

export const families: readonly Family[] = groupTypes(deliveredTypes)

function groupTypes(types: readonly string[]): Family[] {
  const names = [...new Set(types.map((type) => type.slice(0, type.indexOf('.'))))]
  return names.map((name) => ({ pattern: `${name}.*`, types: types.filter((type) => type.startsWith(`${name}.`)) }))
}

/** A family replaces its types, and everything replaces all families. The order is that of the form. */
export function toggled(events: readonly string[], pattern: string, isIn: boolean): string[] {
  const others = events.filter((event) => event !== pattern && !(isIn && covers(pattern, event)))
  return isIn ? inOrder([...others, pattern]) : others
}

export function covers(pattern: string, type: string): boolean {
  return pattern !== type && matchesEvent([pattern], type)
}

const order = ['*', ...families.flatMap(({ pattern, types }) => [pattern, ...types])]

/** Patterns that the form does not show are kept at the end. */
function inOrder(events: readonly string[]): string[] {
  const rank = (event: string) => (order.includes(event) ? order.indexOf(event) : order.length)
  return events.toSorted((a, b) => rank(a) - rank(b))
}
