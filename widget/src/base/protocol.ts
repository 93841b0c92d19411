// What the loader and the frame say to each other by postMessage: versions, bounds, and which messages are taken. Pure.

/** Both sides speak the lower of their versions. */
export const protocol_version = 1
export const message_bytes_at_most = 65_536
export const messages_a_second = 50

export interface PageInfo {
  url: string
  title: string
  referrer: string
}

/** From the loader to the frame. */
export interface ToFrame {
  hello: { version: number; locale?: string; theme?: string; is_open: boolean; is_narrow: boolean; is_filling: boolean; page: PageInfo; kept?: string }
  open: { is_narrow: boolean }
  close: object
  identify: { call: number; identity: unknown }
  logout: object
  metadata: { client: unknown }
  page: { page: PageInfo }
  send: { text: string }
  start: object
  end: object
  locale: { locale: string }
  theme: { theme: string }
  /** Of the console's preview only. */
  config: { config: unknown }
}

/** From the frame to the loader. */
export interface ToLoader {
  hello: { version: number }
  close: object
  event: { name: string; detail: Record<string, unknown> }
  unread: { count: number }
  active: { is_active: boolean }
  identified: { call: number; is_verified: boolean; error?: string }
  /** With `storage: host_page`: what the page keeps for the frame; null removes it. */
  keep: { value: string | null }
}

export type Message = { parley: number; type: string } & Record<string, unknown>

/** Null if the other side speaks no version that there can be. */
export function agreeVersion(theirs: unknown): number | null {
  return Number.isInteger(theirs) && (theirs as number) >= 1 ? Math.min(protocol_version, theirs as number) : null
}

/**
 * Takes what has arrived from the right window and origin. Too large and malformed messages are ignored; what comes faster than 50 a
 * second is dropped.
 */
export function createIntake(now: () => number): (data: unknown) => Message | null {
  let since = -Infinity
  let count = 0
  return (data) => {
    const time = now()
    if (time - since >= 1000) {
      since = time
      count = 0
    }
    count += 1
    if (count > messages_a_second) return null
    const message = data as Message | null
    if (typeof message !== 'object' || message === null || agreeVersion(message.parley) === null) return null
    return typeof message.type === 'string' && sizeOf(message) <= message_bytes_at_most ? message : null
  }
}

/** In bytes of JSON; endless if it is no JSON, such as a value that contains itself. */
function sizeOf(message: unknown): number {
  try {
    return new TextEncoder().encode(JSON.stringify(message)).length
  } catch {
    return Infinity
  }
}

export interface Arrived {
  data: unknown
  origin: string
  isFromParent: boolean
}

/** The frame's side: it listens to its parent alone, on an origin that is listed, and stays with the origin of the first hello. */
export function createFrameGate(
  isAllowed: (origin: string) => boolean,
  now: () => number,
): { take(arrived: Arrived): Message | null; origin(): string | null } {
  const intake = createIntake(now)
  let pinned: string | null = null
  return {
    origin: () => pinned,
    take({ data, origin, isFromParent }) {
      if (!isFromParent || origin === 'null' || (pinned === null ? !isAllowed(origin) : origin !== pinned)) return null
      const message = intake(data)
      if (!message) return null
      if (pinned !== null) return message
      if (message.type !== 'hello' || agreeVersion(message['version']) === null) return null
      pinned = origin
      return message
    },
  }
}
