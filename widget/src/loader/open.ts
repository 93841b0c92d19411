// The loader's second script, loaded when the chat is needed: the panel with the frame, and the messages between page and frame. It
// accepts messages from its own frame and its origin only.
import { type Hello, createIntake, protocol_version } from '../base/protocol.ts'
import type { Bridge } from './bridge.ts'
import { filling_style, panel_style } from './panel.ts'

const answer_timeout_ms = 15_000
const waiting_at_most = 50

export function start(bridge: Bridge): void {
  const { all, settings, shown, isFilling, waiting } = bridge
  const { id, origin, title } = settings
  const page = document.documentElement
  const gone = new AbortController()
  const { signal } = gone
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(panel_style + (isFilling ? filling_style : ''))
  ;(all.getRootNode() as ShadowRoot).adoptedStyleSheets.push(sheet)
  const panel = document.createElement('div')
  panel.className = 'p'
  const frame = document.createElement('iframe')
  let isLinked = false
  let overflow: string | null = null

  const isNarrow = () => innerWidth < 480 && !isFilling
  const layOut = () => {
    const isFull = shown.isOpen && isNarrow()
    all.classList.toggle('w', isNarrow())
    all.classList.toggle('a', isFilling)
    all.style.setProperty('--t', `${visualViewport?.offsetTop ?? 0}px`)
    all.style.setProperty('--v', `${visualViewport?.height ?? innerHeight}px`)
    // The page behind a chat that fills the screen does not scroll.
    if (isFull && overflow === null) {
      overflow = page.style.overflow
      page.style.overflow = 'hidden'
    } else if (!isFull && overflow !== null) {
      page.style.overflow = overflow
      overflow = null
    }
    if (shown.isOpen && document.activeElement !== frame) frame.focus()
  }

  const identified: ((result: unknown) => void)[] = []
  const post = (type: string, value: unknown) => {
    // The page's promise stays here; its number goes to the frame.
    const sent = type === 'identify' ? number(value as [(result: unknown) => void, unknown]) : value
    frame.contentWindow?.postMessage({ parley: protocol_version, type, value: sent }, origin)
  }
  const number = ([resolve, identity]: [(result: unknown) => void, unknown]) => [identified.push(resolve) - 1, identity]
  bridge.send = (type, value) => {
    if (isLinked) return post(type, value)
    waiting.push([type, value])
    if (waiting.length > waiting_at_most) waiting.shift()
  }
  bridge.layOut = layOut
  bridge.remove = () => {
    gone.abort()
    panel.remove()
    if (overflow !== null) page.style.overflow = overflow
  }

  const receive: Record<string, (value: never) => void> = {
    close: () => bridge.setOpen(false),
    unread(count: number) {
      shown.unread = count
      bridge.paint()
      bridge.emit('unread', { count })
    },
    active: (isActive: boolean) => void bridge.keep('a', isActive ? 'a' : null),
    keep: (token: string | null) => void bridge.keep('-token', token),
    event: ([name, detail]: [string, unknown]) => bridge.emit(name, detail),
    identified: ([call, result]: [number, unknown]) => identified[call]?.(result),
  }
  const intake = createIntake(() => performance.now())
  addEventListener(
    'message',
    ({ data, source, origin: from }) => {
      if (from !== origin || source !== frame.contentWindow) return
      try {
        const message = intake(data)
        if (!message) return
        if (message.type === 'hello') {
          isLinked = true
          for (const each of waiting.splice(0)) post(...each)
        }
        if (Object.hasOwn(receive, message.type)) receive[message.type]!(message.value as never)
      } catch {
        // What cannot be read is ignored.
      }
    },
    { signal },
  )
  for (const event of ['resize', 'scroll']) visualViewport?.addEventListener(event, layOut, { signal })
  addEventListener('resize', layOut, { signal })

  frame.title = title || 'Chat'
  frame.setAttribute(
    'sandbox',
    'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads',
  )
  frame.onload = () => {
    isLinked = false
    const { isOpen, locale, theme } = shown
    const hello = {
      version: protocol_version,
      is_open: isOpen || isFilling,
      is_filling: isFilling,
      locale,
      theme,
      page: bridge.readPage(),
      kept: bridge.keep('-token') || undefined,
    }
    post('hello', hello as Hello)
  }
  frame.src = `${origin}/public/embed/${id}/frame?parentOrigin=${encodeURIComponent(location.origin)}${settings.query ?? ''}`
  panel.append(frame)
  all.append(panel)
  layOut()
  setTimeout(() => isLinked || signal.aborted || console.warn('[Parley] no answer from', origin), answer_timeout_ms)
}
