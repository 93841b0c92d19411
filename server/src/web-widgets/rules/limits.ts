// The limits of a widget with their defaults. Pure.
import { type WebWidgetLimits, type WebWidgetLimitsInput, type WidgetLimit, widgetLimits } from '@parley/contract'

const names = Object.keys(widgetLimits) as WidgetLimit[]

/** Null means the default, but for tokens: no limit. */
export function resolveLimits(given: WebWidgetLimitsInput): WebWidgetLimits {
  return Object.fromEntries(names.map((name) => [name, resolve(name, given)])) as unknown as WebWidgetLimits
}

function resolve(name: WidgetLimit, given: WebWidgetLimitsInput): number | null {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  if (value === null && name === 'tokens_per_day') return null
  return value ?? widgetLimits[name].default
}
