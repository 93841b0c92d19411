// The loader: the one script that a site includes. It must never throw into the page.
import { isListed } from '../base/origins.ts'
import { type Api, attempt, emit, findWidget, on, publish, warn } from './api.ts'
import type { Bridge } from './bridge.ts'
import { all, button, container, dress, host, paint as paintLauncher, showGreeting, shown } from './launcher.ts'
import { attributes, settings } from './settings.ts'

declare const __VERSION__: string
/** The file of `open.ts`. */
declare const __OPEN__: string

const returns_at_most = 5
const { id, origin, greeting } = settings
let isAwake = false

/** Marks without secrets, and with `storage: host_page` the visitor's token. A browser may refuse storage by throwing. */
const keep = (name: string, value?: string | null): string | null | void =>
  attempt(() => {
    const key = `parley-${id}${name}`
    if (value === null) localStorage.removeItem(key)
    else if (value) localStorage.setItem(key, value)
    return localStorage.getItem(key)
  })

/** Addresses go without query and fragment, which can hold secrets. */
const bare = (url: string) => url.split(/[?#]/)[0]!
const readPage = () => ({ url: bare(location.href), title: document.title, referrer: bare(document.referrer) })

const paint = () => paintLauncher(bridge)
const bridge: Bridge = {
  settings,
  shown,
  all,
  isFilling: !!container,
  waiting: [],
  keep,
  emit,
  setOpen,
  paint,
  readPage,
}

/** Loads the second script, which makes the frame. */
function wake(): void {
  if (isAwake) return
  isAwake = true
  // Not by an element: a page's policy may forbid addresses of scripts that it did not make.
  import(/* @vite-ignore */ `${origin}/public/widget/${__OPEN__}`)
    .then(({ start }) => start(bridge))
    .catch((error) => {
      isAwake = false
      warn(error)
    })
}

const send = (type: string, value?: unknown) =>
  attempt(() => (bridge.send ? bridge.send(type, value) : bridge.waiting.push([type, value])))

function setOpen(isOpen: boolean): void {
  if (isOpen) wake()
  if (container || isOpen === shown.isOpen) return
  shown.isOpen = isOpen
  keep('g', 'g')
  paint()
  if (!isOpen) button.focus()
  const name = isOpen ? 'open' : 'close'
  send(name)
  emit(name)
}

const toggle = () => setOpen(!shown.isOpen)

function say(text: string): void {
  setOpen(true)
  send('send', text)
}

/** A wrong value is a warning. */
const checked = (name: string, kind: string, act: (value: never) => unknown) => (value: unknown) =>
  value && typeof value === kind ? act(value as never) : warn(name, 'needs', kind)

const pass = (type: string) => () => {
  wake()
  send(type)
}

const change = (name: 'isHidden' | 'locale' | 'theme', value: unknown) => {
  ;(shown as unknown as Record<string, unknown>)[name] = value
  paint()
}

const changeTo = (name: 'locale' | 'theme') =>
  checked(name, 'string', (value) => {
    change(name, value)
    send(name, value)
  })

function start(): void {
  if (findWidget(id)) return
  const api: Record<string, unknown> = { version: __VERSION__, on }
  if (!isListed(settings.domains, location.origin)) {
    console.error(`[Parley] Widget ${id} may not be used on ${location.origin}.`)
    publish(id, api as Api)
    return emit('blocked')
  }
  const attach = () => (container || document.documentElement).append(host)
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
  Object.assign(api, {
    open: () => setOpen(true),
    close: () => setOpen(false),
    toggle,
    show: () => change('isHidden', false),
    hide: () => change('isHidden', true),
    send: checked('send', 'string', say),
    startConversation: pass('start'),
    endConversation: pass('end'),
    logout: pass('logout'),
    setLocale: changeTo('locale'),
    setTheme: changeTo('theme'),
    setMetadata: checked('setMetadata', 'object', (value) => send('metadata', value)),
    identify: (identity: unknown) =>
      new Promise((resolve) => {
        wake()
        send('identify', [resolve, identity])
      }),
    destroy() {
      observer.disconnect()
      clearInterval(watch)
      setOpen(false)
      bridge.remove?.()
      host.remove()
    },
  })
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
    setTimeout(
      () => shown.isOpen || shown.isHidden || showGreeting(greeting.text, say, () => keep('g', 'g')),
      greeting.delay_seconds * 1000,
    )
  }
  emit('ready')
}

const begin = () => attempt(start)
if (document.body) begin()
else addEventListener('DOMContentLoaded', begin)
