// Receives the requests of webhooks: who sent one, whether it came before, and then one commit with its execution (W1, W9).
import { createHash } from 'node:crypto'
import { type Standing, requireStanding, standingOf } from '../../access/access.ts'
import { AppError, invalid } from '../../base/errors.ts'
import { type JsonObject, type JsonValue, canonicalJson } from '../../base/json.ts'
import type { Ports } from '../../base/ports.ts'
import type { ForeignRequest } from '../../calls/call.ts'
import { acrossOrganizations, statement } from '../../database/database.ts'
import { type RootStore, type TransactionStore, openStore } from '../../database/store.ts'
import { keepHeaders, most_depth, readForm, readHookBody } from '../rules/hook-request.ts'
import { checkSignature } from '../rules/hook-signature.ts'
import type { ResolvedTrigger } from '../rules/resolve-trigger.ts'
import { type Evaluate, evaluateFor } from './evaluate.ts'
import { insertFires, plainFire } from './fires.ts'
import type { HookLimits } from './hook-limits.ts'
import { reachTrigger } from './pause-points.ts'
import type { RunnableVersion, TriggerServices } from './services.ts'
import { type LiveTrigger, plainFiring, startExecution } from './start.ts'
import { digestOfToken } from './tokens.ts'

export interface HookServices extends TriggerServices {
  readonly ports: Pick<Ports, 'clock' | 'newId' | 'reached'>
  readonly limits: HookLimits
  readonly evaluate: Evaluate
  /** Null: the organization has no such secret. */
  readSecret(store: RootStore, name: string): Promise<string | null>
  /** Throws `too_many_executions`. */
  requireRoom(store: RootStore): Promise<void>
}

export interface HookCall {
  token: string
  request: ForeignRequest
  address: string
  /** Of the chain of calls that it comes from. */
  depth: number
}

export interface Received {
  store: RootStore
  execution_id: string
  /** The request came before. */
  is_duplicate: boolean
  respond: 'accepted' | 'result'
}

type HookConfig = Extract<ResolvedTrigger, { type: 'webhook' }>

interface Found {
  store: RootStore
  trigger: LiveTrigger
  token_digest: Buffer
  runnable: RunnableVersion
  config: HookConfig
}

/** An equal request that was faster, and what went live meanwhile, are found by the next try. */
const max_tries = 3

/** What was found is not live any more, or in another version. */
class Switched extends Error {}

/** Throws the refusal. */
export async function receiveHook(services: HookServices, call: HookCall): Promise<Received> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await receiveOnce(services, call)
    } catch (error) {
      if (!(error instanceof Switched)) throw error
      if (tries >= max_tries) throw new AppError('not_found')
    }
  }
}

async function receiveOnce(services: HookServices, call: HookCall): Promise<Received> {
  const { token, request, address, depth } = call
  const { limits, ports } = services
  const found = await findHook(services, token)
  if (!found || !(found.config.methods as string[]).includes(request.method)) {
    limits.requireStranger(address)
    throw new AppError('not_found')
  }
  limits.requireUrl(found.trigger.id)
  if (request.body.length > limits.body_bytes) throw new AppError('body_too_large')
  const body = readHookBody(request.headers['content-type'] ?? null, request.body)
  if (body.fault === 'media_type') throw new AppError('hook_media_type_unsupported')
  const signed_id = await requireSignature(services, found, request)
  if (body.fault !== null) throw new AppError('malformed_request', 'The body is not what its Content-Type says.')
  if (depth >= most_depth) throw new AppError('call_loop')
  const { method, query, headers } = request
  const payload = { method, headers: keepHeaders(headers), query: readForm(query), body: body.value }
  const key = await dedupeOf(services, found, { request, payload, signed_id })
  const received = await limits.inTurn(key && `${found.trigger.id} ${key}`, () =>
    accept(services, found, { payload, key, depth }),
  )
  await reachTrigger(ports, 'trigger.hook.committed')
  return { ...received, store: found.store, respond: found.config.respond }
}

interface Row extends Omit<LiveTrigger, 'type'> {
  organization_id: string
  standing: Standing
}

const findStatement = acrossOrganizations(
  'the token of a webhook names its organization',
  'find_hook',
  `select organization_id, id, workflow_id, step_id, version, ${standingOf('workflow_triggers.organization_id')} as standing
   from workflow_triggers
   where token_digest = $1 and is_live and not paused`,
)

/** Null: no live trigger has it. */
async function findHook({ database, versionOf }: HookServices, token: string): Promise<Found | null> {
  const token_digest = digestOfToken(token)
  if (token_digest === null) return null
  const [row] = await database.query<Row>(findStatement, [token_digest])
  if (!row || row.standing === 'deleted') return null
  const { organization_id, standing, ...rest } = row
  requireStanding(standing)
  const store = openStore(database, organization_id)
  const runnable = await versionOf(store, row.workflow_id, row.version)
  const config = runnable.definition.steps.get(row.step_id)?.config as ResolvedTrigger | undefined
  if (config?.type !== 'webhook') return null
  return { store, trigger: { ...rest, type: 'webhook' }, token_digest, runnable, config }
}

/** Returns the id of the signature's scheme, if it has one. */
async function requireSignature(
  services: HookServices,
  { store, config: { signature } }: Found,
  { headers, body }: ForeignRequest,
): Promise<string | null> {
  if (signature === null) return null
  const secret = await services.readSecret(store, signature.secret)
  const header = (name: string) => (Object.hasOwn(headers, name) ? headers[name]! : null)
  const signed = secret && checkSignature(signature, secret, { header, body }, services.ports.clock.now())
  if (!signed) throw new AppError('hook_signature_invalid')
  return signed.id
}

/** In hexadecimal. Null: nothing tells whether it came before. */
async function dedupeOf(
  services: HookServices,
  { store, trigger, config: { dedupe } }: Found,
  { request, payload, signed_id }: { request: ForeignRequest; payload: JsonObject; signed_id: string | null },
): Promise<string | null> {
  const value = await valueOf()
  if (value === null || value === '') return null
  return createHash('sha256').update(canonicalJson(value)).digest('hex')

  async function valueOf(): Promise<JsonValue> {
    if (dedupe === null) return signed_id
    if ('header' in dedupe)
      return Object.hasOwn(request.headers, dedupe.header) ? request.headers[dedupe.header]! : null
    const names = { ...payload, type: trigger.type }
    const { value: found, fault } = await evaluateFor(services, store.organization_id, dedupe.expression, names)
    if (fault !== null) throw invalid({ path: '', message: `the workflow's \`dedupe\` failed: ${fault}` })
    return found
  }
}

interface Wanted {
  payload: JsonObject
  key: string | null
  depth: number
}

type Accepted = Pick<Received, 'execution_id' | 'is_duplicate'>

async function accept(services: HookServices, found: Found, wanted: Wanted): Promise<Accepted> {
  await services.requireRoom(found.store)
  for (let tries = 1; ; tries += 1) {
    try {
      return await found.store.transaction((tx) => commit(services, tx, found, wanted))
    } catch (error) {
      if (!isTaken(error) || tries >= max_tries) throw error
    }
  }
}

const isTaken = (error: unknown) => (error as { constraint?: unknown } | null)?.constraint === 'workflow_fires_request'

// Nobody takes it offline, pauses it or changes its URL until the execution is stored.
const holdStatement = statement(
  'hold_hook',
  `select version from workflow_triggers
   where organization_id = $1 and id = $2 and token_digest = $3 and is_live and not paused for share`,
)

const earlierStatement = statement(
  'find_earlier_request',
  `select execution_id, dedupe_until <= clock_timestamp() as is_over from workflow_fires
   where organization_id = $1 and trigger_id = $2 and dedupe = decode($3, 'hex')`,
)

const releaseStatement = statement(
  'release_earlier_request',
  `update workflow_fires set dedupe = null where organization_id = $1 and trigger_id = $2 and dedupe = decode($3, 'hex')
     and dedupe_until <= clock_timestamp()`,
)

async function commit(
  services: HookServices,
  tx: TransactionStore,
  { trigger, token_digest, runnable, config }: Found,
  { payload, key, depth }: Wanted,
): Promise<Accepted> {
  const { ports } = services
  const { organization_id } = tx
  const [held, [earlier]] = await Promise.all([
    tx.readAtBegin<{ version: number }>(holdStatement, [organization_id, trigger.id, token_digest]),
    tx.readAtBegin<{ execution_id: string; is_over: boolean }>(earlierStatement, [organization_id, trigger.id, key]),
  ])
  await reachTrigger(ports, 'trigger.hook.begun')
  if (held[0]?.version !== trigger.version) throw new Switched()
  const fire = { trigger_id: trigger.id, id: ports.newId() }
  if (earlier && !earlier.is_over) {
    const { execution_id } = earlier
    insertFires(tx, [{ ...plainFire, ...fire, outcome: 'duplicate', reason: 'came_before', execution_id }])
    return { execution_id, is_duplicate: true }
  }
  if (earlier) tx.send(releaseStatement, [organization_id, trigger.id, key])
  const execution_id = await startExecution(tx, services, runnable, {
    ...plainFiring,
    ...{ trigger, payload, depth, is_awaited: config.respond === 'result' },
    fire: key === null ? {} : { dedupe: key, dedupe_hours: config.dedupe_hours },
  })
  if (ports.reached) await tx.sent()
  await reachTrigger(ports, 'trigger.hook.written')
  return { execution_id, is_duplicate: false }
}
