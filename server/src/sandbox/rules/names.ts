// The names that an expression sees, as one object. Pure.
import type { Names } from '../protocol.ts'

/** A link without a value is no name. */
export function scopeOf({ values, links }: Names): Record<string, unknown> {
  const scope = Object.assign(Object.create(null) as Record<string, unknown>, values)
  const found = links.map(([name, ...path]) => [name, path.reduce(ownPart, scope)] as const)
  for (const [name, part] of found) if (part !== undefined) scope[name] = part
  return scope
}

function ownPart(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<string, unknown>)[key]
}
