// The unsaved state of a widget: values at places of its configuration, and what a save has to send. Pure.
import type { Input, WebWidget } from '@parley/contract'

export type Path = readonly string[]

export interface Draft {
  name: string
  /** A line for each site. */
  domains: string
  config: Record<string, unknown>
  limits: WebWidget['limits']
  identity: WebWidget['identity']
}

export function draftOf({ name, domains, config, limits, identity }: WebWidget): Draft {
  return { name, domains: domains.join('\n'), config, limits, identity }
}

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function valueAt(config: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    config,
  )
}

/** Undefined removes the value, and what is empty then. */
export function withValue(config: Record<string, unknown>, path: Path, value: unknown): Record<string, unknown> {
  const [key, ...rest] = path
  if (key === undefined) return config
  const before = config[key]
  const inner = rest.length === 0 ? value : withValue(isObject(before) ? before : {}, rest, value)
  const isGone = inner === undefined || (rest.length > 0 && isObject(inner) && Object.keys(inner).length === 0)
  const { [key]: _gone, ...others } = config
  return isGone ? others : { ...config, [key]: inner }
}

/** Puts the values of a proposal in their places; everything else stays. */
export function mergeConfig(
  config: Record<string, unknown>,
  proposal: Record<string, unknown>,
): Record<string, unknown> {
  return Object.entries(proposal).reduce((merged, [key, value]) => {
    const before = merged[key]
    return { ...merged, [key]: isObject(value) ? mergeConfig(isObject(before) ? before : {}, value) : value }
  }, config)
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** The fields that differ from the stored ones. */
export function changesOf(
  widget: WebWidget,
  draft: Draft,
): Omit<Input<'updateWebWidget'>, 'web_widget_id' | 'if_match'> {
  const stored = draftOf(widget)
  return {
    ...(draft.name.trim() === stored.name ? {} : { name: draft.name.trim() }),
    ...(isSame(linesOf(draft.domains), widget.domains) ? {} : { domains: linesOf(draft.domains) }),
    ...(isSame(draft.config, stored.config) ? {} : { config: draft.config }),
    ...(isSame(draft.limits, stored.limits) ? {} : { limits: draft.limits }),
    ...(isSame(draft.identity, stored.identity) ? {} : { identity: draft.identity }),
  }
}
