// Fetches pages of sites through the guarded client, and reads them in a process without rights.
import { sleep } from '../../base/retry.ts'
import type { Clock } from '../../base/ports.ts'
import { type IsolatedSeries, type IsolationLimits, IsolationFault, openSeries } from '../../isolation/isolation.ts'
import { OutboundError, type OutboundClient } from '../../outbound/client.ts'
import { redirectLocation } from '../../outbound/redirects.ts'
import type { SeenPicture } from '../rules/brand.ts'
import type { ReadPage, ReadTask } from './isolated.ts'

const max_redirects = 3

export interface Fetched {
  /** After redirects. */
  url: URL
  headers: Headers
  body: Buffer
}

export interface Fetching {
  outbound: OutboundClient
  /** Whose share of look-ups it uses. */
  owner: string
  timeout_ms: number
  signal: AbortSignal
}

/** What the address answers, with what is beyond `max_bytes` left out. Null: nothing, or not with success. Throws the signal's reason. */
export async function fetchAddress(
  { outbound, owner, timeout_ms, signal }: Fetching,
  address: string,
  max_bytes: number,
  accept: string,
): Promise<Fetched | null> {
  let url = URL.parse(address)
  try {
    for (let redirects = 0; url !== null && redirects <= max_redirects; redirects += 1) {
      const { status, headers, body } = await outbound.request({
        ...{ owner, method: 'GET', url: url.href, timeout_ms, max_body_bytes: max_bytes, signal },
        headers: { accept },
        keeps_redirects: true,
      })
      const location = redirectLocation(status, headers)
      if (location === undefined) return status >= 200 && status <= 299 ? { url, headers, body } : null
      url = followedBy(url, location)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof OutboundError)) throw error
  }
  return null
}

/** Never from https to http. */
function followedBy(from: URL, location: string): URL | null {
  const to = URL.parse(location, from.href)
  return to && !(from.protocol === 'https:' && to.protocol !== 'https:') ? to : null
}

export interface SiteReader extends AsyncDisposable {
  /** Null: it cannot be read within bounds. */
  readPage(page: Fetched, signal: AbortSignal): Promise<ReadPage | null>
  readIcon(bytes: Buffer, signal: AbortSignal): Promise<SeenPicture | null>
}

const module = new URL('./isolated.ts', import.meta.url)
const limits: IsolationLimits = { seconds: 5, memory_bytes: 268_435_456, output_bytes: 4_194_304 }

/** For one call: its pages and icons share a process. */
export function openSiteReader(): SiteReader {
  const series: IsolatedSeries = openSeries(module, limits)
  async function read<T>(bytes: Buffer, options: ReadTask, signal: AbortSignal): Promise<T | null> {
    try {
      return await series.run<T | null>({ bytes, options }, signal)
    } catch (error) {
      if (error instanceof IsolationFault) return null
      throw error
    }
  }
  return {
    readPage: ({ url, headers, body }, signal) =>
      read(body, { page: { url: url.href, charset: charsetOf(headers) } }, signal),
    readIcon: (bytes, signal) => read(bytes, 'icon', signal),
    [Symbol.asyncDispose]: () => series[Symbol.asyncDispose](),
  }
}

function charsetOf(headers: Headers): string | null {
  return /charset\s*=\s*"?([\w-]{1,40})/i.exec(headers.get('content-type') ?? '')?.[1] ?? null
}

export function isHtml({ headers }: Fetched): boolean {
  return /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(headers.get('content-type') ?? '')
}

/** Stops the work after `ms`. Null: it was stopped. */
export async function within<T>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const late = new AbortController()
  const done = new AbortController()
  const timer = sleep(clock, ms, done.signal).then(
    () => late.abort(new Error('it took too long')),
    () => {},
  )
  try {
    return await work(late.signal)
  } catch (error) {
    if (late.signal.aborted && error === late.signal.reason) return null
    throw error
  } finally {
    done.abort()
    await timer
  }
}
