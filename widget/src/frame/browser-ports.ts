// The browser as the course of a chat needs it.
import type { Ports, Storage } from '../course/ports.ts'

export function openPorts(widget_id: string, storage: Storage): Ports {
  return {
    fetch: (url, init) => fetch(url, init),
    storage,
    channel: openChannel(`parley-${widget_id}`),
    lock: openLocks(),
    now: () => Date.now(),
    random: Math.random,
    after(ms, call) {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
    newId,
    isHidden: () => document.hidden,
    onChange(listener) {
      for (const name of ['online', 'pageshow']) addEventListener(name, listener)
      document.addEventListener('visibilitychange', listener)
    },
    readEmbedToken,
  }
}

function openChannel(name: string): Ports['channel'] {
  try {
    const channel = new BroadcastChannel(name)
    return {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
      post: (message) => channel.postMessage(message),
      listen: (listener) => channel.addEventListener('message', ({ data }) => listener(data)),
    }
  } catch {
    return null
  }
}

function openLocks(): Ports['lock'] {
  const locks = (navigator as { locks?: LockManager }).locks
  return locks ? async (name, signal, run) => void (await locks.request(name, { signal }, run)) : null
}

/** Also where the page is not served over TLS, which has no `randomUUID`. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 15) | 64
  bytes[8] = (bytes[8]! & 63) | 128
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-')
}

export const embedTokenOf = (page: string) => /name="parley-embed-token" content="([^"]*)"/.exec(page)?.[1] ?? null

/** The frame asks for itself again, without losing what it shows. */
async function readEmbedToken(): Promise<string | null> {
  try {
    const response = await fetch(location.href, { cache: 'no-store', credentials: 'omit' })
    return response.ok ? embedTokenOf(await response.text()) : null
  } catch {
    return null
  }
}
