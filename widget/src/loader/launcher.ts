// The launcher, its greeting and the panel around the frame, in a closed shadow root that the page cannot reach. It is made by calls
// alone: a page's policy may forbid HTML and styles from text. A script has one widget, so that its state is this module's.
import { attributes, settings } from './settings.ts'
import { style } from './style.ts'

const { labels } = settings
const root = document.documentElement
const dark = matchMedia('(prefers-color-scheme:dark)')

export const shown = { isOpen: false, isHidden: settings.hidden as boolean | undefined, unread: 0, locale: attributes['locale'], theme: attributes['theme'] ?? settings.theme }
export const container = attributes['container'] && document.querySelector(attributes['container'])
export const isNarrow = () => innerWidth < 480 && !container

export function make<K extends keyof HTMLElementTagNameMap>(name: K, className: string, parent?: Node, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  element.className = className
  element.textContent = text
  parent?.appendChild(element)
  return element
}

export const host = make('div', '')
const all = make('div', '', host.attachShadow({ mode: 'closed' }))
export const panel = make('div', 'p', all)
export const greeting = make('div', 'g', all)
export const button = make('button', 'l', all)
const sign = make('span', 'i', button)
const badge = make('span', 'n', button, settings.label)
let overflow: string | null = null

export function dress(): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
  ;(all.getRootNode() as ShadowRoot).adoptedStyleSheets = [sheet]
  all.style.cssText = settings.box
  greeting.role = 'status'
  greeting.dir = 'auto'
  if (settings.icon) {
    const picture = make('img', '')
    picture.alt = ''
    // The built-in sign stays if the page does not allow the picture, or it is not there.
    picture.onload = () => sign.replaceWith(picture)
    picture.src = settings.icon
  }
  if (settings.label) badge.before(settings.label)
  for (const target of [dark, window, visualViewport]) {
    for (const event of ['change', 'resize', 'scroll']) if (target !== window || event !== 'scroll') target?.addEventListener(event, paint)
  }
}

/** The texts of the first language that is wished for. */
function words() {
  const wishes = [shown.locale, settings.default_locale, ...navigator.languages, 'en', ...Object.keys(labels)]
  return wishes.map((wish) => labels[wish?.slice(0, 2) ?? '']).find((each) => each)!
}

const isPlace = () =>
  (!settings.devices || (settings.devices === 'mobile') === innerWidth < 768) &&
  RegExp(settings.include ?? '').test(location.pathname) &&
  !(settings.exclude && RegExp(settings.exclude).test(location.pathname))

/** Shows what has changed. */
export function paint(): void {
  const { isOpen, unread, theme } = shown
  const { open, close, unread: told } = words()
  const isDark = theme === 'dark' || (theme === 'system' && dark.matches)
  const isTold = unread > 0 && !isOpen
  const isFull = isOpen && isNarrow()
  all.className = [isOpen || container ? 'o' : '', isNarrow() ? 'w' : '', isDark ? 'd' : '', settings.left ? 'e' : '', container ? 'a' : ''].join(' ')
  all.style.setProperty('--t', `${visualViewport?.offsetTop ?? 0}px`)
  all.style.setProperty('--v', `${visualViewport?.height ?? innerHeight}px`)
  button.hidden = !!container || shown.isHidden || !isPlace()
  button.ariaExpanded = String(isOpen)
  button.ariaLabel = (isOpen ? close : open) + (isTold ? `, ${told.replace('{n}', String(unread))}` : '')
  badge.hidden = !isTold
  badge.textContent = String(unread)
  // The page behind a chat that fills the screen does not scroll.
  if (isFull && overflow === null) {
    overflow = root.style.overflow
    root.style.overflow = 'hidden'
  } else if (!isFull && overflow !== null) {
    root.style.overflow = overflow
    overflow = null
  }
}

export function showGreeting(text: string, ask: (question: string) => void, dismissed: () => void): void {
  const close = make('button', 'x', make('div', 't', greeting, text), '✕')
  close.ariaLabel = words().close
  close.onclick = () => {
    greeting.remove()
    dismissed()
  }
  for (const question of settings.questions) make('button', 'q', greeting, question).onclick = () => ask(question)
}

export const attach = () => (container || root).append(host)
