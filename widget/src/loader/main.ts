// The loader: the one script that a site includes. It must never throw into the page.
import { isListed } from '../base/origins.ts'
import { type Api, attempt, emit, findWidget, on, publish, warn } from './api.ts'
import type { Bridge } from './bridge.ts'
import {
  all,
  button,
  container,
  dress,
  isFilling,
  host,
  paint as paintLauncher,
  showGreeting,
  shown,
  words,
} from './launcher.ts'
import { attributes, settings } from './settings.ts'

declare const __VERSION__: string
/** The file of `open.ts`. */
declare const __OPEN__: string

const returns_at_most = 5
const waiting_at_most = 50
const identified_within_ms = 20_000
const { id, origin, greeting } = settings
/** On a site that is not listed, and once it is destroyed, all calls do nothing. */
let isOff = !isListed(settings.domains, location.origin)
let isAwake = false
let failures = 0

/** Marks without secrets, and with `storage: host_page` the visitor's token. A browser may refuse storage by throwing. */
const keep = (name: string, value?: string | null): string | void => {
  try {
    const key = `parley-${id}${name}`
    if (value === null) delete localStorage[key]
    else if (value) localStorage[key] = value
    return localStorage[key]
  } catch {
    // Then nothing is remembered.
  }
}

const toggle = () => setOpen(!shown.isOpen)
const waiting: Bridge['waiting'] = []
const bridge: Bridge = { settings, shown, all, button, isFilling, waiting, keep, emit, setOpen, words }

const paint = () =>
  attempt(() => {
    paintLauncher()
    bridge.layOut?.()
  })

/** Loads the second script, which makes the frame. */
function wake(): void {
  if (isAwake || isOff) return
  isAwake = true
  // Not by an element: a page's policy may forbid addresses of scripts that it did not make. A browser may remember what it could not load.
  import(/* @vite-ignore */ `${origin}/public/widget/${__OPEN__}?${failures}`)
    .then(({ start: open }) => isOff || open(bridge))
    .catch((error) => {
      isAwake = false
      if (!failures++) warn(error)
    })
}

function send(type: string, value?: unknown): void {
  if (waiting.length < waiting_at_most) waiting.push([type, value])
  bridge.flush?.()
}

const pass = (type: string, value?: unknown) => {
  wake()
  send(type, value)
}

function setOpen(isOpen: boolean): void {
  if (isOff) return
  if (isOpen) wake()
  if (isFilling || isOpen === shown.isOpen) return
  shown.isOpen = shown.isAsked = isOpen
  keep('g', 'g')
  paint()
  emit(isOpen ? 'open' : 'close')
}

function say(text: string): void {
  setOpen(true)
  send('send', text)
}

const isText = (value: unknown) => typeof value === 'string' && value.trim()
const isTheme = (value: unknown) => ['light', 'dark', 'system'].includes(value as string)
const isObject = (value: unknown) => value && typeof value === 'object' && !Array.isArray(value)

const change = (values: object) => {
  Object.assign(shown, values)
  paint()
}

/** A wrong value is a warning. */
const checked = (name: string, isRight: (value: unknown) => unknown, act: (value: never) => unknown) => ({
  [name]: (value: unknown) => (isRight(value) ? act(value as never) : warn('Bad argument of', name)),
})

const identify = (identity: unknown) =>
  new Promise((resolve) => {
    const isRight = isObject(identity)
    if (!isRight) warn('Bad argument of identify')
    setTimeout(resolve, isOff || !isRight ? 0 : identified_within_ms, { verified: false })
    if (isRight) pass('identify', [resolve, identity])
  })

const api: Api = {
  version: __VERSION__,
  get isOpen() {
    return shown.isOpen
  },
  on,
  open: () => setOpen(true),
  close: () => setOpen(false),
  toggle,
  show: () => change({ isHidden: false }),
  hide: () => change({ isHidden: true }),
  startConversation: () => pass('start'),
  endConversation: () => pass('end'),
  logout: () => pass('logout'),
  identify,
  ...checked('send', isText, say),
  ...checked('setLocale', isText, (locale: string) => change({ locale })),
  ...checked('setTheme', isTheme, (theme: string) => change({ theme })),
  ...checked('setMetadata', isObject, (value: object) => send('metadata', value)),
}

/** Where it stands until it is destroyed: a page that exchanges its content takes it along, and it returns a few times. */
function stay(): void {
  const root = document.documentElement
  let returns = 0
  let last: Element | null
  let known = location.href
  const attach = () => {
    const place = container ? document.querySelector(container) : root
    if (host.isConnected || !place) return
    // A new element to fill is not the one that it was taken out of.
    returns = place === last ? returns + 1 : 0
    last = place
    if (returns <= returns_at_most) place.append(host)
  }
  const observer = new MutationObserver(attach)
  // Changes of the address are told by no event that all browsers have.
  const watch = setInterval(() => {
    if (known === location.href) return
    known = location.href
    paint()
  }, 1000)
  api['destroy'] = () => {
    setOpen(false)
    isOff = true
    observer.disconnect()
    clearInterval(watch)
    bridge.remove?.()
    host.remove()
  }
  attach()
  for (const node of [document, root]) observer.observe(node, { childList: true, subtree: isFilling })
}

function greet(): void {
  if (!greeting || (greeting.frequency !== 'always' && keep('g'))) return
  setTimeout(() => {
    if (shown.isOpen || button.hidden) return
    keep('g', 'g')
    showGreeting(greeting.text, say)
  }, greeting.delay_seconds * 1000)
}

function start(): void {
  if (findWidget(id)) return
  if (isOff) {
    console.error(`[Parley] Widget ${id} may not be used on ${location.origin}.`)
    publish(id, api, () => false)
    return emit('blocked')
  }
  dress(paint)
  stay()
  paint()
  button.addEventListener('click', toggle)
  for (const event of ['focus', 'pointerenter']) button.addEventListener(event, wake)
  publish(id, api, () => isOff)
  if (isFilling || 'open' in attributes) {
    setOpen(true)
    shown.isAsked = false
  } else (window.requestIdleCallback ?? setTimeout)(() => (keep('a') ? wake() : greet()))
  emit('ready')
}

const begin = () => attempt(start)
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', begin)
else begin()
