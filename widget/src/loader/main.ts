// The loader: the one script that a site includes. It must never throw into the page.
import { isListed } from '../base/origins.ts'
import { type Api, attempt, emit, findWidget, on, publish, warn } from './api.ts'
import { keep, listen, readPage, send, wake } from './frame-link.ts'
import { attach, button, container, dress, host, paint, showGreeting, shown } from './launcher.ts'
import { attributes, settings } from './settings.ts'

declare const __VERSION__: string

const returns_at_most = 5
const { id, greeting } = settings
const identified: ((result: unknown) => void)[] = []

function setOpen(isOpen: boolean): void {
  if (isOpen) wake()
  if (container || isOpen === shown.isOpen) return
  shown.isOpen = isOpen
  keep('g', 'g')
  paint()
  ;(isOpen ? wake() : button).focus()
  send(isOpen ? 'open' : 'close')
  emit(isOpen ? 'open' : 'close')
}

const toggle = () => setOpen(!shown.isOpen)

function say(text: string): void {
  setOpen(true)
  send('send', text)
}

function receive(type: string, value: never): void {
  if (type === 'close') setOpen(false)
  else if (type === 'unread') {
    shown.unread = value
    paint()
    emit(type, { count: value })
  } else if (type === 'active') keep('a', value ? 'a' : null)
  else if (type === 'keep') keep('-token', value)
  else if (type === 'event') emit(value[0], value[1])
  else if (type === 'identified') identified[value[0]]?.(value[1])
}

/** A wrong value is a warning. */
const checked = (name: string, kind: string, act: (value: never) => unknown) => (value: unknown) =>
  value && typeof value === kind ? act(value as never) : warn(name, 'needs', kind)

const pass = (type: 'start' | 'end' | 'logout') => () => {
  wake()
  send(type)
}

const change = (name: 'isHidden' | 'locale' | 'theme', value: unknown) => {
  ;(shown as Record<string, unknown>)[name] = value
  paint()
}

function start(): void {
  if (findWidget(id)) return
  const api: Record<string, unknown> = { version: __VERSION__, on }
  if (!isListed(settings.domains, location.origin)) {
    console.error(`[Parley] Widget ${id} may not be used on ${location.origin}.`)
    publish(id, api as Api)
    return emit('blocked')
  }
  // A page that exchanges its content takes the launcher along; it returns a few times.
  let returns = 0
  const observer = new MutationObserver(() => host.isConnected || (returns++ < returns_at_most && attach()))
  let known = location.href
  let told = known
  let ticks = 0
  // Changes of the address are told by no event that all browsers have.
  const watch = setInterval(() => {
    if (location.href !== known) {
      known = location.href
      paint()
    }
    if (ticks++ % 5 || told === known) return
    told = known
    send('page', readPage())
  }, 1000)
  const hear = listen((type, value) => attempt(() => receive(type, value)))
  addEventListener('message', hear)
  const own = {
    open: () => setOpen(true),
    close: () => setOpen(false),
    toggle,
    show: () => change('isHidden', false),
    hide: () => change('isHidden', true),
    send: checked('send', 'string', say),
    startConversation: pass('start'),
    endConversation: pass('end'),
    logout: pass('logout'),
    setLocale: checked('setLocale', 'string', (value) => {
      change('locale', value)
      send('locale', value)
    }),
    setTheme: checked('setTheme', 'string', (value) => {
      change('theme', value)
      send('theme', value)
    }),
    setMetadata: checked('setMetadata', 'object', (value) => send('metadata', value)),
    identify: (identity: unknown) =>
      new Promise((resolve) => {
        wake()
        send('identify', [identified.push(resolve) - 1, identity])
      }),
    destroy() {
      observer.disconnect()
      clearInterval(watch)
      removeEventListener('message', hear)
      setOpen(false)
      host.remove()
    },
  }
  Object.assign(api, own)
  Object.defineProperty(api, 'isOpen', { get: () => shown.isOpen })

  dress()
  attach()
  paint()
  observer.observe(document, { childList: true, subtree: true })
  button.onclick = toggle
  button.onfocus = button.onpointerenter = wake
  publish(id, api as Api)
  if (container || 'open' in attributes) setOpen(true)
  else if (keep('a')) (window.requestIdleCallback ?? setTimeout)(wake)
  else if (greeting && (greeting.frequency === 'always' || !keep('g'))) {
    setTimeout(() => shown.isOpen || shown.isHidden || showGreeting(greeting.text, say, () => keep('g', 'g')), greeting.delay_seconds * 1000)
  }
  emit('ready')
}

const begin = () => attempt(start)
if (document.body) begin()
else addEventListener('DOMContentLoaded', begin)
