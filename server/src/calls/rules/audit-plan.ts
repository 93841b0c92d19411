// What the entry of an audited operation is made of: which other operations show its target, and which fields of a call describe the
// change. Pure.
import { type AuditedTarget, type Operation, type OperationId, operations } from '@parley/contract'
import type { AuditChange, AuditTarget } from '../../audit/entry.ts'
import { type State, diffStates } from '../../audit/rules/changes.ts'
import { isSecretName } from '../../audit/rules/secrets.ts'

export interface AuditPlan {
  readonly id: OperationId
  readonly audited: AuditedTarget
  /** Shows the target, or the part of it, before and after. */
  readonly twin: OperationId | null
  /** Shows the target, where the call is about a part of it. */
  readonly whole: OperationId | null
  /** Names in the path. The first is of the target. */
  readonly params: readonly string[]
  /** What a call says of the change: names of its query and body. */
  readonly fields: readonly string[]
  /** Of a change: it cannot concern other fields. */
  readonly only: readonly string[] | undefined
  readonly deletes: boolean
}

const plans = new Map<string, AuditPlan | null>()

export function planOf(operation: Operation): AuditPlan | null {
  const known = plans.get(operation.id)
  if (known !== undefined) return known
  const plan = createPlan(operation)
  plans.set(operation.id, plan)
  return plan
}

function createPlan({ audit, ...operation }: Operation): AuditPlan | null {
  if (audit === false) return null
  const { id, method, path, body, query } = operation
  const params = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)
  const sent = [...Object.keys(query?.properties ?? {}), ...Object.keys(body?.properties ?? {})]
  const isNewPart = audit.part !== undefined && !params.includes(audit.part.id)
  // The path shows where the new one is made.
  const isNew = audit.id !== undefined && params.length > 0 && !params.includes(audit.id)
  const changes = method === 'PUT' || method === 'PATCH'
  return {
    id: id as OperationId,
    audited: audit,
    twin: method === 'GET' || isNewPart || isNew ? null : findTwin(path, changes),
    whole:
      audit.part && audit.id ? findReader(path.slice(0, path.indexOf(`{${audit.id}}`) + audit.id.length + 2)) : null,
    params,
    // A token gives access to the call; it is no part of the change.
    fields: sent.filter((name) => name !== 'token' && name !== 'cursor'),
    only: changes && body ? Object.keys(body.properties) : undefined,
    deletes: method === 'DELETE',
  }
}

/** The same path, or without its last words: `…/{version}/publish` is about what `…/{version}` shows. */
function findTwin(path: string, isOfSamePath: boolean): OperationId | null {
  const shown = isOfSamePath ? path : path.slice(0, path.lastIndexOf('}') + 1)
  return shown === '' ? null : findReader(shown)
}

function findReader(path: string): OperationId | null {
  const all: Operation[] = Object.values(operations)
  const found = all.find((operation) => operation.method === 'GET' && operation.path === path && !operation.answer)
  return (found?.id as OperationId | undefined) ?? null
}

/** What a call was, and what it came to. */
export interface Told {
  readonly input: Readonly<Record<string, unknown>>
  readonly output: unknown
  /** Null: there was none, or nothing shows it. */
  readonly before: State
  readonly after: State
  readonly whole: State
  readonly organization_id: string
}

export function targetOf({ audited }: AuditPlan, told: Told): AuditTarget {
  const { target: type, id, name = 'name', part } = audited
  const found = id === undefined ? (type === 'organization' ? told.organization_id : null) : find(told, id)
  const named = part ? told.whole?.[name] : (told.after?.[name] ?? told.before?.[name] ?? find(told, name))
  return { type, id: textOf(found)?.toLowerCase() ?? null, name: textOf(named) }
}

function find({ input, output, after, before }: Told, name: string): unknown {
  return input[name] ?? onlyOf(output)?.[name] ?? after?.[name] ?? before?.[name]
}

/** Of a list that has one. */
function onlyOf(output: unknown): State {
  const one: unknown = Array.isArray(output) && output.length === 1 ? output[0] : output
  return typeof one === 'object' && one !== null && !Array.isArray(one) ? (one as State) : null
}

const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : null)

export function changesOf(plan: AuditPlan, told: Told): AuditChange[] {
  const { audited, only } = plan
  const { before, after, output } = told
  const { secrets = [], part } = audited
  const states = [onlyOf(output), after, before, told.input]
  const part_id = part && states.map((state) => state?.[part.id]).find((id) => id !== undefined)
  const within = part && `${part.as}.${textOf(part_id) ?? ''}`
  const options = { secrets, ...(within === undefined ? {} : { within }) }
  const isShown = before !== null || after !== null
  // What only a look has shown, such as a draft that nobody made, has not been deleted either.
  const isGone = after === null && !plan.deletes
  const seen = isShown && !isGone ? diffStates(before, after, { ...options, only }) : []
  const said = diffStates(null, saidOf(plan, told), options)
  return [...seen, ...said, ...givenSecrets(onlyOf(output), within)]
}

/** What no operation shows of the change: as the response has it, or else the request. */
function saidOf({ fields, params, audited, twin }: AuditPlan, { input, output, before, after }: Told): State {
  const { id, part } = audited
  const others = twin === null ? params.filter((name) => name !== id && name !== part?.id) : []
  const given = [...others, ...fields].filter((name) => !isIn(before, name) && !isIn(after, name))
  const answer = before === null && after === null ? onlyOf(output) : null
  return Object.fromEntries([...given, 'file'].map((name) => [name, answer?.[name] ?? describeFile(input[name])]))
}

const isIn = (state: State, name: string) => state !== null && Object.hasOwn(state, name)

function describeFile(value: unknown): unknown {
  const { blob, name, media_type } = (value ?? {}) as {
    blob?: { bytes: number; sha256: Buffer }
    name?: string
    media_type?: string
  }
  return blob ? { name, media_type, bytes: blob.bytes, sha256: blob.sha256.toString('hex') } : value
}

/** New secrets are shown only in the response. */
function givenSecrets(output: State, within: string | undefined): AuditChange[] {
  const names = Object.entries(output ?? {}).filter(([name, value]) => typeof value === 'string' && isSecretName(name))
  return names.map(([name]) => ({ path: within === undefined ? name : `${within}.${name}`, changed: true }))
}
