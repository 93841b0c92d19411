// The launcher and its greeting, in a closed shadow root that the page cannot reach. It is made by calls alone: a page's policy may forbid
// HTML and styles from text. A script has one widget, so that its state is this module's.
import type { Bridge, Shown } from './bridge.ts'
import { attributes, settings } from './settings.ts'
import { style } from './style.ts'

const { labels } = settings
const dark = matchMedia('(prefers-color-scheme:dark)')

export const shown: Shown = {
  isOpen: false,
  isHidden: settings.hidden,
  unread: 0,
  locale: attributes['locale'],
  theme: attributes['theme'] ?? settings.theme,
}
export const container = attributes['container'] && document.querySelector(attributes['container'])

export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  parent?: Node,
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  element.className = className
  element.textContent = text
  parent?.appendChild(element)
  return element
}

export const host = make('div', '')
export const all = make('div', '', host.attachShadow({ mode: 'closed' }))
export const button = make('button', 'l', all)
const greeting = make('div', 'g', all)
const sign = make('span', 'i', button)
const label = make('span', '', button, settings.label)
const badge = make('span', 'n', button)

export function dress(): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
  ;(all.getRootNode() as ShadowRoot).adoptedStyleSheets = [sheet]
  all.style.cssText = settings.box
  host.dataset['parley'] = settings.id
  label.hidden = !settings.label
  greeting.role = 'status'
  greeting.dir = 'auto'
  if (settings.icon) {
    const picture = make('img', '')
    picture.alt = ''
    // The built-in sign stays if the page does not allow the picture, or it is not there.
    picture.onload = () => sign.replaceWith(picture)
    picture.src = settings.icon
  }
  dark.onchange = () => paint()
  addEventListener('resize', () => paint())
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
export function paint(bridge?: Bridge): void {
  const { isOpen, isHidden, unread, theme } = shown
  const { open, close, unread: told } = words()
  const isTold = unread > 0 && !isOpen
  const states = {
    o: isOpen || container,
    d: theme === 'dark' || (theme === 'system' && dark.matches),
    e: settings.left,
  }
  for (const [name, isOn] of Object.entries(states)) all.classList.toggle(name, !!isOn)
  button.hidden = !!container || isHidden || !isPlace()
  button.ariaExpanded = String(isOpen)
  button.ariaLabel = (isOpen ? close : open) + (isTold ? `, ${told.replace('{n}', String(unread))}` : '')
  badge.hidden = !isTold
  badge.textContent = String(unread)
  bridge?.layOut?.()
}

export function showGreeting(text: string, ask: (question: string) => void, dismissed: () => void): void {
  const close = make('button', 'x', make('div', 't', greeting, text), '✕')
  close.ariaLabel = words().close
  close.onclick = () => {
    greeting.remove()
    dismissed()
  }
  for (const question of settings.questions ?? []) make('button', 'q', greeting, question).onclick = () => ask(question)
}
