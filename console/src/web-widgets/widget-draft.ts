// The unsaved state of a widget: values at places of its configuration, what a save has to send, and what becomes of it when someone else
// has saved meanwhile. Pure.
import type { Input, WebWidget } from '@parley/contract'

export type Path = readonly string[]

export interface Draft {
  name: string
  /** A line for each site. */
  domains: string
  config: Record<string, unknown>
  limits: WebWidget['limits']
  identity: WebWidget['identity']
  captcha: WebWidget['captcha']
}

export function draftOf({ name, domains, config, limits, identity, captcha }: WebWidget): Draft {
  return { name, domains: domains.join('\n'), config, limits, identity, captcha }
}

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
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

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, entry: unknown) =>
    isObject(entry) ? Object.fromEntries(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1))) : entry,
  ) ?? ''
const isSame = (one: unknown, other: unknown) => textOf(one) === textOf(other)

export interface Difference {
  path: Path
  before: unknown
  after: unknown
}

/** Value by value: objects are entered, lists and forms are compared whole. */
export function differencesOf(before: unknown, after: unknown, path: Path = []): Difference[] {
  if (isSame(before, after)) return []
  const isWhole = path.at(-1) === 'form' || path.at(-1) === 'pre_conversation_form' || path.at(-1) === 'captcha'
  if (isWhole || !(isObject(before) || isObject(after))) return [{ path, before, after }]
  const [one, other] = [isObject(before) ? before : {}, isObject(after) ? after : {}]
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].toSorted()
  return names.flatMap((name) => differencesOf(one[name], other[name], [...path, name]))
}

/** The draft as it would be if it had been begun from `theirs`: what was changed in it stays changed. */
export function rebase(base: Draft, mine: Draft, theirs: Draft): Draft {
  return differencesOf(base, mine).reduce(
    (draft, { path, after }) => setAt(draft as unknown as Record<string, unknown>, path, after) as unknown as Draft,
    theirs,
  )
}

/** Unlike `withValue`, null and what is empty stay. */
function setAt(value: Record<string, unknown>, [key, ...rest]: Path, after: unknown): Record<string, unknown> {
  if (rest.length === 0 && after === undefined) {
    const { [key!]: _gone, ...others } = value
    return others
  }
  const before = value[key!]
  return { ...value, [key!]: rest.length === 0 ? after : setAt(isObject(before) ? before : {}, rest, after) }
}

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
    ...(isSame(draft.captcha, stored.captcha) ? {} : { captcha: draft.captcha }),
  }
}
