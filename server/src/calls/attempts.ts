// Limits attempts to sign in, and calls that cost much: buckets of attempts for addresses, accounts and credentials, in the database, so
// that all nodes count together. An attempt to sign in is taken before anything is checked, and given back if it succeeds.
import { createHash } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { type Executor, acrossOrganizations } from '../database/database.ts'
import { AppError } from '../base/errors.ts'

export interface Bucket {
  subject: Buffer
  /** Attempts that are possible immediately. */
  size: number
  /** Time until one more attempt is permitted. */
  refill_seconds: number
}

/** Attempts from one address, for any account. */
export function addressBucket(address: string): Bucket {
  return { subject: hashOf('address', networkOf(address)), size: 50, refill_seconds: 6 }
}

/** Attempts for one account from one address, whether or not the account exists. */
export function accountAtAddressBucket(email: string, address: string): Bucket {
  return { subject: hashOf('account at address', nameOf(email, address)), size: 10, refill_seconds: 60 }
}

/** Attempts for one account from all unknown addresses together. */
export function accountBucket(email: string): Bucket {
  return { subject: hashOf('account', normalize(email)), size: 100, refill_seconds: 60 }
}

/**
 * Sign-ins to one account from one address that succeed. Each begins a session and costs the check of a password, so a client that
 * signs in for every request is stopped.
 */
export function signInBucket(account: string, address: string): Bucket {
  return { subject: hashOf('sign-ins', nameOf(account, address)), size: 60, refill_seconds: 5 }
}

/** Calls of one kind by one credential in a minute; `per_minute` divides 60. */
export function callBucket(kind: string, credential: string, per_minute: number): Bucket {
  return { subject: hashOf(kind, credential), size: per_minute, refill_seconds: 60 / per_minute }
}

/**
 * Takes an attempt and a sign-in, and gives back the sign-in if `check` finds nobody, the attempt if it succeeds, and both if it
 * fails for another reason.
 */
export async function countSignIn<T>(
  executor: Executor,
  { attempts, sign_ins }: { attempts: readonly Bucket[]; sign_ins: Bucket },
  check: () => Promise<T | null>,
): Promise<T | null> {
  await takeAttempt(executor, attempts)
  const giveBack = (buckets: readonly Bucket[]) => giveAttemptBack(executor, buckets)
  const all = [...attempts, sign_ins]
  try {
    await takeAttempt(executor, [sign_ins])
  } catch (error) {
    await giveBack(attempts)
    throw error
  }
  const found = await check().catch(async (error: unknown) => {
    await giveBack(all)
    throw error
  })
  await giveBack(found === null ? [sign_ins] : attempts)
  return found
}

/**
 * The buckets of an attempt with a password. Attempts from elsewhere cannot use up those of an account at an address that it knows.
 * The bucket of the account comes last, so that attempts refused for their address take nothing from it.
 */
export async function passwordBuckets(executor: Executor, email: string, address: string): Promise<Bucket[]> {
  const own = [addressBucket(address), accountAtAddressBucket(email, address)]
  return (await knowsAddress(executor, email, address)) ? own : [...own, accountBucket(email)]
}

const known_days = 90

/** Why these statements name no organization. */
const before_sign_in = 'the organization is not known before signing in; a credential has one'

const knowsStatement = acrossOrganizations(
  before_sign_in,
  'knows_address',
  'select from sign_in_attempts where subject = $1 and full_at > now()',
)

async function knowsAddress(executor: Executor, email: string, address: string): Promise<boolean> {
  return (await executor.query(knowsStatement, [knownSubject(email, address)])).length > 0
}

const until = `now() + make_interval(days => $2::integer)`
const rememberStatement = acrossOrganizations(
  before_sign_in,
  'remember_address',
  `insert into sign_in_attempts as a (subject, full_at) values ($1, ${until})
   on conflict (subject) do update set full_at = ${until} where a.full_at < ${until} - interval '1 day'`,
)

/** Records that a password was correct at this address, in a row of the same table that expires like the others. */
export async function rememberAddress(executor: Executor, email: string, address: string): Promise<void> {
  await executor.query(rememberStatement, [knownSubject(email, address), known_days])
}

function knownSubject(email: string, address: string): Buffer {
  return hashOf('known', nameOf(email, address))
}

function nameOf(email: string, address: string): string {
  return `${networkOf(address)} ${normalize(email)}`
}

function normalize(email: string): string {
  return email.trim().toLowerCase()
}

function hashOf(kind: string, text: string): Buffer {
  return createHash('sha256').update(`${kind} ${text}`).digest()
}

/** The holder of an IPv6 address has its whole /64 network. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address
  if (isIPv4(mapped) || !isIPv6(mapped)) return mapped
  const [head = '', tail] = mapped.replace(/%.*$/, '').split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail === undefined ? [] : tail.split(':').filter(Boolean)
  const gap = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  const groups = [...left, ...(tail === undefined ? [] : gap), ...right]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/** Throws `rate_limited`. Attempts taken from earlier buckets are not given back. */
export async function takeAttempt(
  executor: Executor,
  buckets: readonly Bucket[],
  why: string | undefined = 'Too many attempts to sign in. Wait before you try again.',
): Promise<void> {
  for (const bucket of buckets) {
    const wait_seconds = await take(executor, bucket)
    if (wait_seconds === 0) continue
    throw new AppError('rate_limited', why, {}, { retry_after: wait_seconds })
  }
}

const one = 'make_interval(secs => $2::integer)'
const all = 'make_interval(secs => $3::integer)'
const takeStatement = acrossOrganizations(
  before_sign_in,
  'take_attempt',
  `insert into sign_in_attempts as a (subject, full_at) values ($1, clock_timestamp() + ${one})
   on conflict (subject) do update set full_at = greatest(a.full_at, clock_timestamp()) + ${one}
   where greatest(a.full_at, clock_timestamp()) + ${one} <= clock_timestamp() + ${all}
   returning 1`,
)
const waitStatement = acrossOrganizations(
  before_sign_in,
  'wait_for_attempt',
  `select ceil(extract(epoch from full_at + ${one} - ${all} - clock_timestamp()))::integer as seconds
   from sign_in_attempts where subject = $1`,
)

/** Zero if an attempt was taken, otherwise the seconds until one is available. */
async function take(executor: Executor, { subject, size, refill_seconds }: Bucket): Promise<number> {
  const values = [subject, refill_seconds, refill_seconds * size]
  if ((await executor.query(takeStatement, values)).length > 0) return 0
  const [wait] = await executor.query<{ seconds: number }>(waitStatement, values)
  return Math.max(1, wait?.seconds ?? 1)
}

const giveBackStatement = acrossOrganizations(
  before_sign_in,
  'give_attempt_back',
  `update sign_in_attempts set full_at = full_at - ${one} where subject = $1`,
)

export async function giveAttemptBack(executor: Executor, buckets: readonly Bucket[]): Promise<void> {
  for (const { subject, refill_seconds } of buckets) await executor.query(giveBackStatement, [subject, refill_seconds])
}

const deleted_at_once = 10_000
const deleteStatement = acrossOrganizations(
  before_sign_in,
  'delete_full_attempts',
  `delete from sign_in_attempts where ctid = any(array(
     select ctid from sign_in_attempts where full_at < now() limit $1)) and full_at < now()`,
)

/** Deletes buckets that are full again, which is the same as no bucket. */
export async function deleteFullBuckets(executor: Executor): Promise<void> {
  await executor.query(deleteStatement, [deleted_at_once])
}
