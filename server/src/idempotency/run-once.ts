// Idempotent requests (T9): the same request with the same key has one effect and one first answer, on any node. A key is bound
// by the very commit of its effect: no claim is left behind by a node that dies, and a refusal leaves nothing at all.
import { createHash } from 'node:crypto'
import type { Database, Executor } from '../database/database.ts'
import { AppError, notFound } from '../base/errors.ts'
import { canonicalJson } from '../base/json.ts'
import type { Clock } from '../base/ports.ts'
import type { Sealer } from '../base/sealer.ts'
import type { KeyQueue, QueuedCall } from './key-queue.ts'
import { type Binding, type BoundKey, type RequestKey, findKey, insertKeys, settleKey } from './queries.ts'

/** The key of a call, for an operation of several transactions, which must bind it in the commit of its effect by itself. */
export interface CallKey {
  /** What an earlier call with this key has brought about; null: this one is the first. */
  readonly bound: { readonly conversation_id: string | null; readonly turn_id: string | null } | null
  readonly request: RequestKey
  /** In the transaction of the effect. Ends the call when another one was faster: it then runs anew, with `bound`. */
  bind(tx: Executor, to: Binding): Promise<void>
  /** The first answer that anyone came to: this one, or an earlier one, which counts as a replay. */
  settle<Answer>(answer: Answer): Promise<Answer>
  /** Says that the answer is that of an earlier call. */
  markReplayed(): void
}

export { type Binding, deleteExpiredKeys, forgetAnswers } from './queries.ts'

/** Another request bound the key between the look-up and the commit. */
export class KeyTaken extends Error {}

/** A transaction of another request holds the key: it will bind it, or not. */
class KeyBusy extends Error {}

/** Of calls in one transaction those that could not bind their key, and why. */
export type LostKeys = ReadonlyMap<CallKey, Error>

/** Each loss means that another request has bound the key, so that the next look finds it. */
const max_tries = 4

interface Call<Answer> {
  database: Database
  sealer: Sealer
  request: RequestKey
  /** Of the path, if it names one. */
  conversation_id: string | null
  /** The organization, or the user without one, whose share of the connections and of the waits it uses. */
  owner: string
  key_queue: KeyQueue
  clock: Pick<Clock, 'monotonic'>
  /** `once`: the whole call is one transaction; `in_parts`: several that can be repeated; `itself`: it waits for a turn or a model. */
  commits: 'once' | 'in_parts' | 'itself'
  /** Runs what does not only wait, once the caller has a place for it. */
  within: <T>(work: () => Promise<T>) => Promise<T>
  run: (database: Database, key: CallKey | null) => Promise<Answer>
  onReplay: () => void
}

/** Calls that would only wait for each other's transactions wait here, in memory. Others join the turn that the first has begun. */
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
  for (let tries = 0; tries < max_tries; tries += 1) {
    const bound = await findKey(call.database, call.request)
    if (bound && !bound.fingerprint.equals(call.request.fingerprint)) throw new AppError('idempotency_key_reused')
    if (bound?.answer) return replay(call, bound.answer)
    // Its answer went with the conversation that it was about.
    if (bound && call.commits === 'once') throw notFound('Conversation')
    const key = createKey(call, bound)
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
    // Before the first part: no other request with this key may have an effect.
    await database.transaction((tx) => key.bind(tx, {}))
    return run(database, key)
  })
}

/** What this call was refused for may be what another one with the same key did meanwhile. */
async function wasOvertaken(call: Call<unknown>, key: OwnKey, error: unknown): Promise<boolean> {
  if (key.bound || key.has_bound || !(error instanceof AppError)) return false
  return (await findKey(call.database, call.request)) !== null
}

function replay<Answer>({ sealer, request, onReplay }: Call<Answer>, sealed: Buffer): Answer {
  const text = open(sealer, request, sealed)
  onReplay()
  return (JSON.parse(text) as { answer: Answer }).answer
}

function open(sealer: Sealer, request: RequestKey, sealed: Buffer): string {
  try {
    return sealer.open(sealed, contextOf(request))
  } catch (cause) {
    throw new AppError('unavailable', 'The first answer was sealed with another secret key.', {}, { cause })
  }
}

function seal({ sealer, request }: Call<unknown>, answer: unknown) {
  const sealed = sealer.seal(JSON.stringify({ answer }), contextOf(request))
  return { answer: sealed, key_fingerprint: sealer.key_fingerprint }
}

/** What an answer is sealed for. */
export function contextOf({ namespace, key }: Pick<RequestKey, 'namespace' | 'key'>): string {
  return `${namespace} ${key}`
}

async function runInOneTransaction<Answer>(call: Call<Answer>): Promise<Answer> {
  const { database, request, conversation_id } = call
  return database.transaction(async (tx) => {
    await bind(tx, request, { conversation_id })
    const answer = await call.run(tx, null)
    // Without its answer the key could not be repeated: nothing is stored then.
    if (!(await settleKey(tx, request, seal(call, answer)))) throw new AppError('unavailable')
    return answer
  })
}

async function bind(tx: Executor, request: RequestKey, to: Binding): Promise<void> {
  const [outcome] = await insertKeys(tx, [{ request, to }])
  if (outcome !== 'bound') throw lossOf(outcome!)
}

const lossOf = (outcome: 'taken' | 'busy') => (outcome === 'busy' ? new KeyBusy() : new KeyTaken())

/** As `bind`, of several calls in one transaction. Answers those that could not, whose effects must not be written. */
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

/** What bound it has come to nothing, and the call goes on. */
export function forgetBinding(key: CallKey): void {
  ;(key as OwnKey).has_bound = false
}

/** `has_bound`: this call bound it, in a transaction that may yet fail. */
type OwnKey = CallKey & { has_bound: boolean }

function createKey(call: Call<unknown>, bound: BoundKey | null): OwnKey {
  const key: OwnKey = {
    bound,
    request: call.request,
    has_bound: false,
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

/** `rights`: what the caller may do, as text. An answer must not reach someone who could not have got it himself. */
export function fingerprintOf(method: string, path: string, body: unknown, rights: string): Buffer {
  const request = canonicalJson({ method, path, body: body ?? null, rights })
  return createHash('sha256').update(request).digest()
}
