// One widget on a page: opens and closes the chat, passes calls and events between the page and the frame.
import { chooseLocale } from '../texts/texts.ts'
import { attempt, createEvents, publish } from './api.ts'
import { type Received, linkFrame } from './frame-link.ts'
import { makeLauncher } from './launcher.ts'
import { createMarks, readPage, watchAddress } from './page.ts'
import { isPlace } from './places.ts'
import type { LoaderSettings } from './settings.ts'

declare const __VERSION__: string

const returns_at_most = 5
const page_pause_ms = 5000
const idle_pause_ms = 2000
const themes = ['system', 'light', 'dark']

export function startWidget(settings: LoaderSettings, attributes: DOMStringMap): void {
  const { id, trigger = {}, greeting } = settings
  const container = attributes['container'] ? document.querySelector(attributes['container']) : null
  const place = container ?? document.documentElement
  const marks = createMarks(id)
  const events = createEvents()
  const identities = new Map<number, (result: object) => void>()
  let calls = 0
  let isOpen = false
  let isHidden = trigger.hidden === true
  let locale = attributes['locale']
  let theme = attributes['theme'] ?? settings.theme
  let greets: ReturnType<typeof setTimeout> | undefined
  let pages: ReturnType<typeof setTimeout> | undefined

  const launcher = makeLauncher(settings, container !== null, {
    toggle: () => (isOpen ? close() : open()),
    near: () => link.wake(),
    ask: (question) => say(question),
    dismiss: () => marks.set('g', true),
  })
  const showLocale = () =>
    launcher.setLocale(chooseLocale([locale, settings.default_locale, ...navigator.languages], settings.locales))
  const link = linkFrame({
    id,
    origin: settings.origin,
    title: settings.chat?.title || 'Chat',
    parent: launcher.panel,
    hello: () => ({
      is_open: isOpen || container !== null,
      is_narrow: launcher.isNarrow(),
      is_filling: container !== null,
      page: readPage(),
      ...(locale ? { locale } : {}),
      ...(theme ? { theme } : {}),
      ...(marks.token() ? { kept: marks.token()! } : {}),
    }),
    receive: (message) => receive(message),
  })

  function open(): void {
    link.wake()
    if (isOpen || container) return
    isOpen = true
    marks.set('g', true)
    launcher.showOpen(true)
    launcher.panel.querySelector('iframe')?.focus()
    link.send('open', { is_narrow: launcher.isNarrow() })
    events.emit('open')
  }
  function close(): void {
    if (!isOpen) return
    isOpen = false
    launcher.showOpen(false)
    launcher.focus()
    link.send('close', {})
    events.emit('close')
  }
  function say(text: string): void {
    open()
    link.send('send', { text })
  }
  function receive(message: Received): void {
    if (message.type === 'close') close()
    else if (message.type === 'unread') {
      launcher.showUnread(message.count)
      events.emit('unread', { count: message.count })
    } else if (message.type === 'active') marks.set('a', message.is_active)
    else if (message.type === 'keep') marks.token(message.value)
    else if (message.type === 'event') events.emit(message.name, message.detail)
    else if (message.type === 'identified') {
      identities.get(message.call)?.({ verified: message.is_verified, ...(message.error ? { error: message.error } : {}) })
      identities.delete(message.call)
    }
  }

  const showLauncher = () => launcher.showLauncher(!isHidden && isPlace(trigger, location.pathname, innerWidth))
  const stopWatching = watchAddress(() => {
    showLauncher()
    pages ??= setTimeout(() => {
      pages = undefined
      link.send('page', { page: readPage() })
    }, page_pause_ms)
  })

  // A page that exchanges its content takes the launcher along; it returns a few times.
  let returns = 0
  const attach = () => place.append(launcher.host)
  const observer = new MutationObserver(() => {
    if (launcher.host.isConnected || returns >= returns_at_most) return
    returns += 1
    attach()
  })
  const isText = (value: unknown, name: string): value is string => {
    const isOne = typeof value === 'string' && value.trim() !== ''
    if (!isOne) console.warn(`[Parley] ${name} needs a text.`)
    return isOne
  }
  const isObject = (value: unknown, name: string): value is object => {
    const isOne = typeof value === 'object' && value !== null
    if (!isOne) console.warn(`[Parley] ${name} needs an object.`)
    return isOne
  }
  const pass = (type: 'start' | 'end' | 'logout') => () => {
    link.wake()
    link.send(type, {})
  }

  publish(id, {
    open,
    close,
    toggle: () => (isOpen ? close() : open()),
    show() {
      isHidden = false
      showLauncher()
    },
    hide() {
      isHidden = true
      showLauncher()
    },
    send: (text: unknown) => isText(text, 'send') && say(text),
    startConversation: pass('start'),
    endConversation: pass('end'),
    logout: pass('logout'),
    setLocale(value: unknown) {
      if (!isText(value, 'setLocale')) return
      locale = value
      showLocale()
      link.send('locale', { locale })
    },
    setTheme(value: unknown) {
      if (!themes.includes(value as string)) return console.warn('[Parley] setTheme takes system, light or dark.')
      theme = value as string
      launcher.setTheme(theme)
      link.send('theme', { theme })
    },
    identify: (identity: unknown) =>
      new Promise((resolve) => {
        if (!isObject(identity, 'identify')) return resolve({ verified: false })
        calls += 1
        identities.set(calls, resolve)
        link.wake()
        link.send('identify', { call: calls, identity: plain(identity) })
      }),
    setMetadata: (client: unknown) => isObject(client, 'setMetadata') && link.send('metadata', { client: plain(client) }),
    on(event: unknown, listener: unknown) {
      if (typeof listener === 'function' && isText(event, 'on')) return events.on(event, listener as () => void)
      console.warn('[Parley] on needs an event and a function.')
      return () => {}
    },
    destroy() {
      observer.disconnect()
      stopWatching()
      clearTimeout(greets)
      clearTimeout(pages)
      link.remove()
      launcher.remove()
    },
    get isOpen() {
      return isOpen
    },
    version: __VERSION__,
  })

  attach()
  observer.observe(document, { childList: true, subtree: true })
  if (theme) launcher.setTheme(theme)
  showLocale()
  showLauncher()
  if (container || attributes['open'] !== undefined) open()
  else if (marks.has('a')) (window.requestIdleCallback ?? setTimeout)(() => link.wake(), { timeout: idle_pause_ms } as never)
  else if (greeting && !(greeting.frequency !== 'always' && marks.has('g'))) {
    greets = setTimeout(
      () => attempt(() => isOpen || launcher.showGreeting(greeting.text, settings.questions ?? [])),
      (greeting.delay_seconds ?? 3) * 1000,
    )
  }
  events.emit('ready')
}

/** As JSON: what cannot be sent, such as a function, is left out. */
const plain = (value: object) => attempt(() => JSON.parse(JSON.stringify(value)) as object) ?? {}
