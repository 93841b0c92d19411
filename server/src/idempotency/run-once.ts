// Idempotent requests (T9): the same request with the same key has one effect and one first answer, on any node. The commit of the
// effect also binds the key, so a node that dies leaves no claim behind, and a refusal leaves nothing at all.
import { createHash } from 'node:crypto'
import type { Database, Executor } from '../database/database.ts'
import { AppError, notFound } from '../base/errors.ts'
import { canonicalJson } from '../base/json.ts'
import type { Clock } from '../base/ports.ts'
import { parseJson } from '../base/read-json.ts'
import type { Sealer } from '../base/sealer.ts'
import type { KeyQueue, QueuedCall } from './key-queue.ts'
import { type Binding, type BoundKey, type RequestKey, findKey, insertKeys, settleKey } from './queries.ts'

/** The key of a call, for operations with several transactions, which must bind it themselves in the commit of the effect. */
export interface CallKey {
  /** The effect of an earlier call with this key; null if none is known. */
  readonly bound: { readonly conversation_id: string | null; readonly turn_id: string | null } | null
  readonly request: RequestKey
  /** Where keys are assumed to be new: finds out, before what only a new call may do and its commit does not undo. */
  requireNew(): Promise<void>
  /** Call it in the transaction of the effect. If another call was faster, it ends this call, which then runs again with `bound`. */
  bind(tx: Executor, to: Binding): Promise<void>
  /** Stores and returns the first answer: this one, or an earlier one, which counts as a replay. */
  settle<Answer>(answer: Answer): Promise<Answer>
  /** Marks the answer as that of an earlier call. */
  markReplayed(): void
}

export {
  type Binding,
  type NewBinding,
  bindFrom,
  deleteExpiredKeys,
  forgetAnswers,
  isFree,
  waitBriefly,
} from './queries.ts'

/** Another request has bound the key, which this one did not know. */
export class KeyTaken extends Error {}

/** A transaction of another request holds the key and may bind it. */
class KeyBusy extends Error {}

/** The calls in a transaction that could not bind their key, with the reasons. */
export type LostKeys = ReadonlyMap<CallKey, Error>

/** Each loss means that another request has bound the key, so the next look finds it; and the first try may be without a look. */
const max_tries = 5

interface Call<Answer> {
  database: Database
  sealer: Sealer
  request: RequestKey
  /** The conversation in the path, if there is one. */
  conversation_id: string | null
  /** The organization, or a user without one, whose share of connections and waits the call uses. */
  owner: string
  key_queue: KeyQueue
  clock: Pick<Clock, 'monotonic'>
  /** `once`: the call is one transaction; `in_parts`: several repeatable ones; `itself`: it waits for a turn or a model. */
  commits: 'once' | 'in_parts' | 'itself'
  /** The key is not looked for at first: nearly none is known, and the commit finds out. */
  assumes_new: boolean
  /** Runs work other than waiting, once the caller has a place for it. */
  within: <T>(work: () => Promise<T>) => Promise<T>
  run: (database: Database, key: CallKey | null) => Promise<Answer>
  onReplay: () => void
}

/** Calls that would wait for each other's transactions wait here, in memory. Others join the turn that the first one began. */
export function runOnce<Answer>(call: Call<Answer>): Promise<Answer> {
  return call.commits === 'itself' ? tryUntilDone(call) : call.key_queue.inTurn(placeOf(call), () => tryUntilDone(call))
}

function placeOf({ request, owner }: Call<unknown>): QueuedCall {
  return { key: contextOf(request), owner }
}

async function tryUntilDone<Answer>(call: Call<Answer>): Promise<Answer> {
  const { key_queue, clock } = call
  const began_at = clock.monotonic()
  let pauses = 0
  let looks = !call.assumes_new
  for (let tries = 0; tries < max_tries; tries += 1) {
    const bound = looks ? await findKey(call.database, call.request) : null
    if (bound && !bound.fingerprint.equals(call.request.fingerprint)) throw new AppError('idempotency_key_reused')
    if (bound?.answer) return replay(call, bound.answer)
    // The answer was deleted together with its conversation.
    if (bound && call.commits === 'once') throw notFound('Conversation')
    const key = createKey(call, bound, looks)
    looks = true
    try {
      return await tryOnce(call, key)
    } catch (error) {
      if (error instanceof KeyBusy) {
        await key_queue.pause(placeOf(call), began_at, (pauses += 1))
        tries -= 1
      } else if (!(error instanceof KeyTaken) && !(await wasOvertaken(call, key, error))) throw error
    }
  }
  throw new AppError('unavailable')
}

function tryOnce<Answer>(call: Call<Answer>, key: OwnKey): Promise<Answer> {
  const { commits, database, run, within } = call
  if (commits === 'itself') return run(database, key)
  return within(async () => {
    if (commits === 'once') return runInOneTransaction(call)
    // Bound before the first part, so that no other request with this key can have an effect.
    await database.transaction((tx) => key.bind(tx, {}))
    return run(database, key)
  })
}

/** Whether this call may have been refused because of what another one with the same key did in the meantime. */
async function wasOvertaken(call: Call<unknown>, key: OwnKey, error: unknown): Promise<boolean> {
  if (key.bound || key.has_bound || !(error instanceof AppError)) return false
  return (await findKey(call.database, call.request)) !== null
}

function replay<Answer>({ sealer, request, onReplay }: Call<Answer>, sealed: Buffer): Answer {
  const text = open(sealer, request, sealed)
  onReplay()
  return (parseJson(text) as { answer: Answer }).answer
}

function open(sealer: Sealer, request: RequestKey, sealed: Buffer): string {
  try {
    return sealer.open(sealed, contextOf(request))
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'The first answer was sealed with a different secret key. Send the request with a new Idempotency-Key.',
      {},
      { cause },
    )
  }
}

function seal({ sealer, request }: Call<unknown>, answer: unknown) {
  const sealed = sealer.seal(JSON.stringify({ answer }), contextOf(request))
  return { answer: sealed, key_fingerprint: sealer.key_fingerprint }
}

/** The context that an answer is sealed for. */
export function contextOf({ namespace, key }: Pick<RequestKey, 'namespace' | 'key'>): string {
  return `${namespace} ${key}`
}

async function runInOneTransaction<Answer>(call: Call<Answer>): Promise<Answer> {
  const { database, request, conversation_id } = call
  return database.transaction(async (tx) => {
    await bind(tx, request, { conversation_id })
    const answer = await call.run(tx, null)
    // Without a stored answer the call could not be repeated, so nothing is stored.
    if (!(await settleKey(tx, request, seal(call, answer)))) throw new AppError('unavailable')
    return answer
  })
}

async function bind(tx: Executor, request: RequestKey, to: Binding): Promise<void> {
  const [outcome] = await insertKeys(tx, [{ request, to }])
  if (outcome !== 'bound') throw lossOf(outcome!)
}

const lossOf = (outcome: 'taken' | 'busy') => (outcome === 'busy' ? new KeyBusy() : new KeyTaken())

/** Like `bind`, for several calls in one transaction. Returns those that could not bind; their effects must not be written. */
export async function bindTogether(tx: Executor, bindings: { key: CallKey; to: Binding }[]): Promise<LostKeys> {
  const own = bindings.filter(({ key }) => !key.bound)
  if (own.length === 0) return new Map()
  const outcomes = await insertKeys(
    tx,
    own.map(({ key: { request }, to }) => ({ request, to })),
  )
  const lost = new Map<CallKey, Error>()
  for (const [index, { key }] of own.entries()) {
    const outcome = outcomes[index]!
    if (outcome === 'bound') (key as OwnKey).has_bound = true
    else lost.set(key, lossOf(outcome))
  }
  return lost
}

/** The statement that stores the call's effect has bound it, or may have: its outcome is not known. */
export function noteBinding(key: CallKey): void {
  ;(key as OwnKey).has_bound = true
}

/** What was to bind it has failed, and the call continues. */
export function forgetBinding(key: CallKey): void {
  ;(key as OwnKey).has_bound = false
}

/** `has_bound`: this call bound it, in a transaction that may still fail. */
type OwnKey = CallKey & { has_bound: boolean }

/** `isKnown`: it was looked for. */
function createKey(call: Call<unknown>, bound: BoundKey | null, isKnown: boolean): OwnKey {
  const key: OwnKey = {
    bound,
    request: call.request,
    has_bound: false,
    async requireNew() {
      if (!isKnown && (await findKey(call.database, call.request))) throw new KeyTaken()
      isKnown = true
    },
    async bind(tx, to) {
      if (bound) return
      await bind(tx, call.request, to)
      key.has_bound = true
    },
    async settle<Answer>(answer: Answer): Promise<Answer> {
      const own = seal(call, answer)
      const first = await settleKey(call.database, call.request, own)
      return first && !first.equals(own.answer) ? replay(call as Call<Answer>, first) : answer
    },
    markReplayed: call.onReplay,
  }
  return key
}

/** `rights`: the caller's permissions as text. A caller must not get an answer that they could not have got themselves. */
export function fingerprintOf(method: string, path: string, body: unknown, rights: string): Buffer {
  const request = canonicalJson({ method, path, body: body ?? null, rights })
  return createHash('sha256').update(request).digest()
}
