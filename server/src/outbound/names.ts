// Where a host name leads. Names that tenants choose are asked of name servers, within a time and a share for each owner; the
// threads of the operating system's look-up, which cannot be stopped, are for the operator's own names.
import type { LookupAddress } from 'node:dns'
import { Resolver, lookup as systemLookup } from 'node:dns/promises'
import { ShareExhausted, createFairShare } from '../base/fair-share.ts'
import type { Clock } from '../base/ports.ts'
import { OutboundError } from './errors.ts'

export interface Asked {
  /** Whose share it takes. */
  owner: string
  /** Whether the operator has named the host. */
  is_opened: boolean
  signal: AbortSignal
}

/** Every address of a host name. */
export type Lookup = (hostname: string, asked: Asked) => Promise<LookupAddress[]>

export interface LookupOptions {
  clock: Pick<Clock, 'after'>
  /** Empty: those of the operating system, as they are at each look-up. */
  name_servers: readonly string[]
  /** For one name, and as long again for its turn. */
  timeout_ms?: number
  /** Names that are asked for at once. */
  places?: number
  /** Of one owner, which never has more of them than it leaves free. */
  most_held?: number
  /** Of the operating system. */
  lookUpOpened?: (hostname: string) => Promise<LookupAddress[]>
}

/** Of one owner. */
const most_waiting = 256

export function createLookup({
  clock,
  name_servers,
  timeout_ms = 5000,
  places = 256,
  most_held = 16,
  lookUpOpened = (hostname) => systemLookup(hostname, { all: true }),
}: LookupOptions): Lookup {
  const share = createFairShare({ clock, places, most_held, most_waiting, wait_ms: timeout_ms })
  const join = createJoin<LookupAddress[]>()
  const lookUpInTurn = createSystemLookup(lookUpOpened)

  async function askOnce(hostname: string, owner: string, signal: AbortSignal): Promise<LookupAddress[]> {
    try {
      const servers = { name_servers, timeout_ms, clock }
      return await share.within(owner, () => askNameServers(hostname, servers, signal), signal)
    } catch (error) {
      throw error instanceof ShareExhausted ? failedLookup(hostname, too_many) : error
    }
  }

  async function lookUpWithin(hostname: string, signal: AbortSignal): Promise<LookupAddress[]> {
    const { promise: stopped, reject } = Promise.withResolvers<never>()
    const clear = clock.after(timeout_ms, () => reject(failedLookup(hostname, late(timeout_ms))))
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    try {
      return await Promise.race([stopped, lookUpInTurn(hostname)])
    } finally {
      clear()
      signal.removeEventListener('abort', onAbort)
    }
  }

  return (hostname, { owner, is_opened, signal }) =>
    is_opened
      ? lookUpWithin(hostname, signal)
      : join(`${owner} ${hostname}`, signal, (stop) => askOnce(hostname, owner, stop))
}

export function failedLookup(hostname: string, reason: string): OutboundError {
  return new OutboundError('dns', `${hostname} cannot be resolved: ${reason}`)
}

const too_many = 'too many other names are being looked up; try again later'
const late = (timeout_ms: number) => `the name server did not answer within ${timeout_ms / 1000} s`

interface NameServers extends Required<Pick<LookupOptions, 'name_servers' | 'timeout_ms' | 'clock'>> {}

/** Of a lost packet there are two more within the time, and of a server that is down the next one. */
const tries = 3
const part_of_first_try = 0.3

/**
 * A resolver for each name: `cancel` stops all that one asks, a new one knows the servers as they are now, and asks from a port
 * that nobody can guess.
 */
async function askNameServers(
  hostname: string,
  { name_servers, timeout_ms, clock }: NameServers,
  signal: AbortSignal,
): Promise<LookupAddress[]> {
  signal.throwIfAborted()
  const resolver = new Resolver({ timeout: Math.ceil(timeout_ms * part_of_first_try), tries })
  if (name_servers.length > 0) resolver.setServers(name_servers)
  const cancel = () => resolver.cancel()
  const clear = clock.after(timeout_ms, cancel)
  signal.addEventListener('abort', cancel)
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  clear()
  signal.removeEventListener('abort', cancel)
  signal.throwIfAborted()
  // IPv4 first: a machine without IPv6 reaches those, and one without IPv4 notices at once.
  const [ipv4, ipv6] = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  const addresses = [...asAddresses(ipv4!, 4), ...asAddresses(ipv6!, 6)]
  if (addresses.length > 0) return addresses
  const codes = answers.map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : 'ENODATA'))
  throw failedLookup(hostname, explain(codes, timeout_ms))
}

function asAddresses(addresses: string[], family: 4 | 6): LookupAddress[] {
  return addresses.map((address) => ({ address, family }))
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown'

/** Of the two questions' failures, that which the other does not explain. */
function explain(codes: readonly string[], timeout_ms: number): string {
  if (codes.some((code) => code === 'ETIMEOUT' || code === 'ECANCELLED')) return late(timeout_ms)
  if (codes.includes('EBADNAME')) return 'it is not a valid host name'
  const failure = codes.find((code) => code !== 'ENOTFOUND' && code !== 'ENODATA')
  if (failure !== undefined) return `the name server failed (${failure})`
  return codes.includes('ENOTFOUND') ? 'there is no such name' : 'the name has no address'
}

/** One piece of work for all who want the same at the same time; it is stopped once nobody wants it any more. */
function createJoin<T>() {
  interface Work {
    result: Promise<T>
    wanted: number
    stop: AbortController
  }
  const under_way = new Map<string, Work>()

  function begin(key: string, start: (signal: AbortSignal) => Promise<T>): Work {
    const stop = new AbortController()
    const work = { result: start(stop.signal), wanted: 0, stop }
    under_way.set(key, work)
    return work
  }

  return async (key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    signal.throwIfAborted()
    const work = under_way.get(key) ?? begin(key, start)
    const forget = () => {
      if (under_way.get(key) === work) under_way.delete(key)
    }
    const leave = () => {
      work.wanted -= 1
      if (work.wanted > 0) return
      forget()
      work.stop.abort(signal.reason)
    }
    work.wanted += 1
    signal.addEventListener('abort', leave)
    try {
      return await work.result
    } finally {
      signal.removeEventListener('abort', leave)
      forget()
    }
  }
}

/**
 * One at a time, and one for all who want the same name. Of the four threads that Node has for this and other work the platform lets
 * look-ups take two; the other one is for the hosts of model providers and the database.
 */
function createSystemLookup(lookUp: (hostname: string) => Promise<LookupAddress[]>) {
  const under_way = new Map<string, Promise<LookupAddress[]>>()
  let last: Promise<unknown> = Promise.resolve()
  return (hostname: string): Promise<LookupAddress[]> => {
    const known = under_way.get(hostname)
    if (known) return known
    const result = last.then(() => lookUp(hostname)).finally(() => under_way.delete(hostname))
    last = result.catch(() => {})
    under_way.set(hostname, result)
    return result
  }
}
