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

/** From the loader to the frame, by type: the `value` of each. */
export interface ToFrame {
  hello: Hello
  open: null
  close: null
  identify: [call: number, identity: unknown]
  logout: null
  metadata: unknown
  page: PageInfo
  send: string
  start: null
  end: null
  locale: string
  theme: string
  /** Of the console's preview only. */
  config: unknown
}

export interface Hello {
  version: number
  locale?: string | undefined
  theme?: string | undefined
  is_open: boolean
  is_filling: boolean
  /** Visitor or page asked for the chat: its composer takes the focus. */
  has_focus: boolean
  page: PageInfo
  /** With `storage: host_page`: what the page keeps for the frame. */
  kept?: string | undefined
}

/** From the frame to the loader. */
export interface ToLoader {
  hello: number
  close: null
  /** Name and details of an event for the page. */
  event: [string, Record<string, unknown>]
  unread: number
  active: boolean
  identified: [call: number, result: { verified: boolean; error?: string }]
  /** With `storage: host_page`; null removes it. */
  keep: string | null
}

export interface Message {
  parley: number
  type: string
  value: unknown
}

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
    const message = data as Message | null
    // What is no JSON, such as a value that contains itself, throws.
    return count <= messages_a_second &&
      agreeVersion(message!.parley) !== null &&
      sizeOf(message) <= message_bytes_at_most
      ? message
      : null
  }
}

const sizeOf = (message: unknown) => new TextEncoder().encode(JSON.stringify(message)).length

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
      if (!message || pinned !== null) return message
      const version = (message.value as Partial<Hello> | null)?.version
      if (message.type !== 'hello' || agreeVersion(version) === null) return null
      pinned = origin
      return message
    },
  }
}
