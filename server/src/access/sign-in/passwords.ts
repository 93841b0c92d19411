// Hashes and checks passwords with scrypt, one at a time, so that signing in leaves processor time for turns.
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../base/errors.ts'

/** Parameters of scrypt: 2^ln rounds over blocks of r × 128 bytes, p times. */
export interface PasswordCost {
  ln: number
  r: number
  p: number
}

export interface Passwords {
  hash(password: string): Promise<string>
  /** Without a hash the result is false, after the same work. */
  matches(password: string, hash: string | null): Promise<boolean>
  /** Whether a hash has a different cost than new ones. */
  isOutdated(hash: string): boolean
}

export interface PasswordOptions {
  randomBytes: (size: number) => Buffer
  password_cost?: PasswordCost
  /** Calls beyond this number are refused immediately. */
  max_waiting?: number
}

/** One of the equally strong settings in OWASP's password storage cheat sheet; uses 32 MiB. */
const current_cost: PasswordCost = { ln: 15, r: 8, p: 3 }
const most_waiting = 32
const salt_bytes = 16
const hash_bytes = 32
/** About the waiting time in a full queue. */
const retry_after_seconds = 10

export function createPasswords({
  randomBytes,
  password_cost: cost = current_cost,
  max_waiting = most_waiting,
}: PasswordOptions): Passwords {
  const inTurn = createQueue(max_waiting)
  return {
    hash(password) {
      const salt = randomBytes(salt_bytes)
      return inTurn(async () => writeHash({ cost, salt, key: await derive(password, salt, cost) }))
    },
    matches(password, hash) {
      return inTurn(async () => {
        const stored = hash === null ? null : readHash(hash)
        const { salt, key, cost: own_cost } = stored ?? { salt: no_salt, key: no_key, cost }
        const isEqual = timingSafeEqual(await derive(password, salt, own_cost), key)
        return isEqual && stored !== null
      })
    },
    isOutdated(hash) {
      const { ln, r, p } = readHash(hash).cost
      return ln !== cost.ln || r !== cost.r || p !== cost.p
    },
  }
}

const no_salt = Buffer.alloc(salt_bytes)
const no_key = Buffer.alloc(hash_bytes)

/** Makes equal-looking letters equal, however a keyboard composes them (NFC, as in RFC 8265). */
function derive(password: string, salt: Buffer, { ln, r, p }: PasswordCost): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 128 * r * (2 ** ln + p + 2) + 1024 * 1024 }
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  scrypt(password.normalize('NFC'), salt, hash_bytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  return promise
}

interface StoredHash {
  cost: PasswordCost
  salt: Buffer
  key: Buffer
}

/** Writes the PHC string format. */
function writeHash({ cost: { ln, r, p }, salt, key }: StoredHash): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$scrypt$ln=${ln},r=${r},p=${p}$${text(salt)}$${text(key)}`
}

function readHash(hash: string): StoredHash {
  const [, ln, r, p, salt, key] = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash) ?? []
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  const stored = { cost, salt: Buffer.from(salt ?? '', 'base64'), key: Buffer.from(key ?? '', 'base64') }
  if (stored.key.length !== hash_bytes) throw new Error('a stored password hash is malformed')
  return stored
}

/** Runs calls one at a time, in order. */
function createQueue(max_waiting: number) {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting > max_waiting) {
      const detail = 'Too many people are signing in right now. Try again in a few seconds.'
      throw new AppError('unavailable', detail, {}, { retry_after: retry_after_seconds })
    }
    waiting += 1
    const result = last.then(work)
    last = result.catch(() => {})
    try {
      return await result
    } finally {
      waiting -= 1
    }
  }
}
