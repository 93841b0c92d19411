// What differs between two states of a thing, as an entry of the audit log shows it: by path, without secrets, and with hashes in the
// place of long texts. Pure.
import { createHash } from 'node:crypto'
import { type JsonValue, canonicalJson } from '../../base/json.ts'
import type { AuditChange } from '../entry.ts'
import { isSecretName, isSecretOfAuth, isSecretText } from './secrets.ts'

/** Of a text that is kept as it is. */
const max_text_bytes = 1024

/** A thing as its operations show it, or the part of a request that describes it. */
export type State = Readonly<Record<string, unknown>> | null

export interface DiffOptions {
  /** Before each path, with a dot. */
  readonly within?: string
  /** Fields at the top whose values are secrets. */
  readonly secrets?: readonly string[]
  /** The fields at the top that can change; absent: all that are not counted or set by the server. */
  readonly only?: readonly string[] | undefined
}

/** What the server sets by itself with a change, or counts. */
const unstated: ReadonlySet<string> = new Set([
  ...['updated_at', 'revision', 'last_used_at', 'statistics', 'organization_id'],
  ...['next_times', 'last_fire', 'versions', 'web_widgets', 'phone_numbers', 'datasets'],
])

interface Leaf {
  readonly value: JsonValue
  readonly isSecret: boolean
}

export function diffStates(before: State, after: State, options: DiffOptions = {}): AuditChange[] {
  const from = leavesOf(before, options)
  const to = leavesOf(after, options)
  const paths = [...new Set([...to.keys(), ...from.keys()])]
  return paths.flatMap((path) => changeOf(path, from.get(path), to.get(path)) ?? [])
}

function changeOf(path: string, from: Leaf | undefined, to: Leaf | undefined): AuditChange | null {
  const [old, now] = [from?.value ?? null, to?.value ?? null]
  if (canonicalJson(old) === canonicalJson(now)) return null
  if (from?.isSecret || to?.isSecret) return { path, changed: true }
  return { path, from: shorten(old), to: shorten(now) }
}

/** Lists of texts and numbers are hashed like texts. */
function shorten(value: JsonValue): JsonValue {
  const text = typeof value === 'string' ? value : typeof value === 'object' ? canonicalJson(value) : ''
  if (Buffer.byteLength(text) <= max_text_bytes) return value
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

function leavesOf(state: State, { within, secrets = [], only }: DiffOptions): Map<string, Leaf> {
  const leaves: Leaves = new Map()
  for (const [name, value] of Object.entries(state ?? {})) {
    if (only ? !only.includes(name) : unstated.has(name)) continue
    collect(
      leaves,
      within === undefined ? name : `${within}.${name}`,
      value,
      secrets.includes(name) || hides(name, value),
    )
  }
  return leaves
}

type Leaves = Map<string, Leaf>

const isScalar = (value: unknown) => typeof value !== 'object' || value === null

function collect(leaves: Leaves, path: string, value: unknown, isSecret: boolean): void {
  if (value === undefined) return
  const isList = Array.isArray(value)
  const isLeaf = isScalar(value) || Object.keys(value as object).length === 0 || (isList && value.every(isScalar))
  if (!isLeaf) return collectParts(leaves, path, value as object, isSecret)
  const hasSecret = isSecret || (isList ? value.some(isSecretText) : isSecretText(value))
  leaves.set(path, { value: value as JsonValue, isSecret: hasSecret })
}

function collectParts(leaves: Leaves, path: string, parts: object, isSecret: boolean): void {
  const isAuth = path === 'auth' || path.endsWith('.auth')
  const { name: own_name } = parts as { name?: unknown }
  const isNamedSecret = typeof own_name === 'string' && isSecretName(own_name)
  for (const [name, part] of Object.entries(parts)) {
    const isHidden = isAuth ? isSecretOfAuth(name) : hides(name, part) || (isNamedSecret && name === 'value')
    collect(leaves, `${path}.${name}`, part, isSecret || isHidden)
  }
}

/** A number or a switch with such a name, such as a limit of tokens, is not a secret. */
const hides = (name: string, value: unknown) =>
  typeof value !== 'number' && typeof value !== 'boolean' && isSecretName(name)
