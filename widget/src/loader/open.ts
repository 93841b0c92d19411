// The loader's second script, loaded when the chat is needed: the panel with the frame, and the messages between page and frame. It
// accepts messages from its own frame and its origin only, and never sends to another.
import { type Hello, type PageInfo, createIntake, protocol_version } from '../base/protocol.ts'
import type { Bridge, Identification } from './bridge.ts'
import { createBadge, createPanel } from './panel.ts'

/** Doubled each time that it is loaded again, while it is open: by a quarter of an hour in all. */
const answer_timeout_ms = 15_000
const loads_again_at_most = 5
const page_pause_ms = 5000

/** Addresses go without query and fragment, which can hold secrets. */
const bare = (url: string) => url.split(/[?#]/)[0]!
const readPage = (): PageInfo => ({
  url: bare(location.href),
  title: document.title,
  referrer: bare(document.referrer),
})

export function start(bridge: Bridge): void {
  const gone = new AbortController()
  const { signal } = gone
  const frame = makeFrame(bridge)
  const setBadge = createBadge(bridge)
  let unread = 0
  // It has its address before it is in the page: an empty document would be of the page's origin.
  const link = createLink(bridge, frame, {
    signal,
    count(messages) {
      unread = messages
      bridge.layOut!()
    },
  })
  const panel = createPanel(bridge, frame)
  bridge.flush = link.flush
  bridge.layOut = () => {
    panel.layOut()
    setBadge(unread)
    link.tell()
  }
  bridge.remove = () => {
    gone.abort()
    panel.remove()
    bridge.flush = bridge.layOut = undefined
  }
  for (const event of ['resize', 'scroll']) visualViewport?.addEventListener(event, panel.layOut, { signal })
  bridge.layOut()
}

function makeFrame({ settings }: Bridge): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.title = settings.title || 'Chat'
  frame.referrerPolicy = 'no-referrer'
  frame.setAttribute(
    'sandbox',
    'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads',
  )
  return frame
}

function makeHello({ shown, isFilling, keep }: Bridge): Hello {
  const { isOpen, isAsked, locale, theme } = shown
  return {
    version: protocol_version,
    is_open: isOpen || isFilling,
    is_filling: isFilling,
    has_focus: isAsked === true,
    locale,
    theme,
    page: readPage(),
    kept: keep('-token') || undefined,
  }
}

interface Link {
  /** Makes the calls that wait. */
  flush(): void
  /** Says what has changed since the frame was last told. */
  tell(): void
}

interface Around {
  signal: AbortSignal
  count(unread: number): void
}

function createLink(bridge: Bridge, frame: HTMLIFrameElement, { signal, count }: Around): Link {
  const { settings, shown, waiting } = bridge
  const { origin } = settings
  const post = (type: string, value: unknown) =>
    // Null where the page has taken the frame away.
    frame.contentWindow?.postMessage({ parley: protocol_version, type, value }, origin)
  const calls = createCalls(waiting, post)
  let isLinked = false
  let wasOpen = shown.isOpen
  let told = { ...shown }
  const pages = createPages(() => post('page', readPage()))
  const tell = () => {
    const isOpening = shown.isOpen && !wasOpen
    wasOpen = shown.isOpen
    if (isOpening) loads.retry()
    if (!isLinked) return
    const { isOpen, locale, theme } = told
    told = { ...shown }
    if (isOpen !== told.isOpen) post(told.isOpen ? 'open' : 'close', null)
    if (locale !== told.locale) post('locale', told.locale)
    if (theme !== told.theme) post('theme', told.theme)
    pages.look()
  }
  const flush = () => {
    if (isLinked) calls.make()
  }
  const receive: Record<string, (value: never) => void> = {
    hello() {
      isLinked = true
      flush()
      tell()
    },
    close: () => bridge.setOpen(false),
    unread(messages: number) {
      count(messages)
      bridge.emit('unread', { count: messages })
    },
    active: (isActive: boolean) => void bridge.keep('a', isActive ? 'a' : null),
    keep: (token: string | null) => void bridge.keep('-token', token),
    event: ([name, detail]: [string, unknown]) => bridge.emit(name, detail),
    identified: ([call, result]: [number, unknown]) => calls.answer(call, result),
  }
  listen(frame, { origin, signal }, receive)
  // Also whenever the page has moved the frame, which loads it again.
  frame.addEventListener('load', () => {
    isLinked = false
    told = { ...shown }
    pages.look()
    post('hello', makeHello(bridge))
  })
  const loads = createLoads(bridge, frame, () => isLinked || signal.aborted)
  addEventListener('online', loads.retry, { signal })
  return { flush, tell }
}

/** Gives the frame its address; again where it does not answer: while it is open by itself, with growing pauses, else when asked. */
function createLoads({ settings, shown, isFilling }: Bridge, frame: HTMLIFrameElement, isOver: () => boolean) {
  const { id, origin, query = '' } = settings
  let hasFailed = false
  let failures = 0
  const load = () => {
    hasFailed = false
    frame.src = `${origin}/public/embed/${id}/frame?parentOrigin=${encodeURIComponent(location.origin)}${query}`
    setTimeout(
      () => {
        if (isOver()) return
        hasFailed = true
        if (!failures++) console.warn('[Parley] no answer from', origin)
        if ((shown.isOpen || isFilling) && failures <= loads_again_at_most) load()
      },
      answer_timeout_ms * 2 ** failures,
    )
  }
  load()
  return { retry: () => hasFailed && load() }
}

function listen(
  frame: HTMLIFrameElement,
  { origin, signal }: { origin: string; signal: AbortSignal },
  receive: Record<string, (value: never) => void>,
): void {
  const intake = createIntake(() => performance.now())
  addEventListener(
    'message',
    ({ data, source, origin: from }) => {
      if (from !== origin || source !== frame.contentWindow) return
      try {
        const message = intake(data)
        if (message && Object.hasOwn(receive, message.type)) receive[message.type]!(message.value as never)
      } catch {
        // What cannot be read is ignored.
      }
    },
    { signal },
  )
}

/** Calls of the page. Its promises stay here; their numbers go to the frame. */
function createCalls(waiting: Bridge['waiting'], post: (type: string, value: unknown) => void) {
  const identified: ((result: unknown) => void)[] = []
  const makeOne = (type: string, value: unknown) => {
    if (type !== 'identify') return post(type, value)
    const [resolve, identity] = value as Identification
    post(type, [identified.push(resolve) - 1, identity])
  }
  return {
    make() {
      for (const call of waiting.splice(0)) {
        try {
          makeOne(...call)
        } catch (error) {
          // Such as a function, which cannot be copied.
          console.warn('[Parley]', error)
          if (call[0] === 'identify') (call[1] as Identification)[0]({ verified: false })
        }
      }
    },
    answer: (call: number, result: unknown) => identified[call]?.(result),
  }
}

/** Tells addresses of the page that are new, at most once in five seconds. */
function createPages(post: () => void): { look(): void } {
  let told = ''
  let isPausing = false
  const look = () => {
    const { href } = location
    if (told === href || isPausing) return
    // The first goes with the hello.
    if (told) post()
    told = href
    isPausing = true
    setTimeout(() => {
      isPausing = false
      look()
    }, page_pause_ms)
  }
  return { look }
}
