// Resolves host names. Names that tenants choose are resolved by name servers, within a time limit and a share for each owner.
// Only the operator's own names use the operating system's look-ups, because those threads cannot be stopped.
import type { LookupAddress } from 'node:dns'
import { Resolver, lookup as systemLookup } from 'node:dns/promises'
import { ShareExhausted, createFairShare } from '../base/fair-share.ts'
import type { Clock } from '../base/ports.ts'
import { OutboundError } from './errors.ts'

export interface Asked {
  /** The owner whose share is used. */
  owner: string
  /** Whether the operator configured this host. */
  is_opened: boolean
  signal: AbortSignal
}

/** All addresses of a host name. */
export type Lookup = (hostname: string, asked: Asked) => Promise<LookupAddress[]>

export interface LookupOptions {
  clock: Pick<Clock, 'after'>
  /** Empty: the servers of the operating system at the time of each look-up. */
  name_servers: readonly string[]
  /** For one look-up; waiting for a turn can take as long again. */
  timeout_ms?: number
  /** Concurrent look-ups at name servers. */
  places?: number
  /** Waiting look-ups of one owner, which also never uses more places than it leaves free. */
  most_held?: number
  /** Concurrent look-ups by the operating system. */
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
  return new OutboundError('dns', `${hostname} could not be resolved: ${reason}`)
}

const too_many = 'too many other look-ups are in progress; try again later'
const late = (timeout_ms: number) => `the name server did not answer within ${timeout_ms / 1000} s`

interface NameServers extends Required<Pick<LookupOptions, 'name_servers' | 'timeout_ms' | 'clock'>> {}

/** Allows two retries after a lost packet, and the next server if one is down. */
const tries = 3
const part_of_first_try = 0.3

/**
 * Uses a new resolver for each name: `cancel` stops all queries of a resolver, and a new one uses the current servers and an
 * unpredictable port.
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
  // IPv4 first: it works without IPv6, and a machine without IPv4 fails at once.
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

/** The reason to report if both queries failed: the one that the other does not explain. */
function explain(codes: readonly string[], timeout_ms: number): string {
  if (codes.some((code) => code === 'ETIMEOUT' || code === 'ECANCELLED')) return late(timeout_ms)
  if (codes.includes('EBADNAME')) return 'it is not a valid host name'
  const failure = codes.find((code) => code !== 'ENOTFOUND' && code !== 'ENODATA')
  if (failure !== undefined) return `the name server returned an error (${failure})`
  return codes.includes('ENOTFOUND') ? 'the name does not exist' : 'the name has no address'
}

/** Shares one look-up between all callers that want the same at the same time, and stops it when none of them waits. */
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
 * One look-up at a time, shared by all callers that want the same name. Of the four threads that Node has for this and other
 * work, the platform lets look-ups use two; the other one is for the hosts of model providers and the database.
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
