// The launcher and its greeting, in a closed shadow root that the page cannot reach. It is made by calls alone: a page's policy may forbid
// HTML and styles from text. A script has one widget, so that its state is this module's.
import type { Labels } from './settings.ts'
import type { Shown } from './bridge.ts'
import { attributes, settings } from './settings.ts'
import { style } from './style.ts'

const { labels } = settings
const dark = matchMedia('(prefers-color-scheme:dark)')

export const shown: Shown = {
  isOpen: false,
  isHidden: settings.hidden,
  locale: attributes['locale'],
  theme: attributes['theme'] ?? settings.theme,
}
export const container = attributes['container']
export const isFilling = !!container

function make<K extends keyof HTMLElementTagNameMap>(
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

const addButton = (className: string, parent: Node, text: string, act: () => void) => {
  const element = make('button', className, parent, text)
  element.addEventListener('click', act)
  return element
}

export const host = make('div', '')
export const all = make('div', '', host.attachShadow({ mode: 'closed' }))
export const button = make('button', 'l', all)
const greeting = make('div', 'g', all)

/** `onChange` is called when the window or the browser's theme has changed. */
export function dress(onChange: () => void): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
  ;(all.getRootNode() as ShadowRoot).adoptedStyleSheets = [sheet]
  all.style.cssText = settings.box
  host.dataset['parley'] = settings.id
  greeting.role = 'status'
  greeting.dir = 'auto'
  const sign = make('span', 'i', button)
  if (settings.label) make('span', '', button, settings.label)
  if (settings.icon) {
    const picture = make('img', '')
    picture.alt = ''
    // The built-in sign stays if the page does not allow the picture, or it is not there.
    picture.addEventListener('load', () => sign.replaceWith(picture))
    picture.src = settings.icon
  }
  dark.addEventListener('change', onChange)
  addEventListener('resize', onChange)
}

/** The texts of the first language that is wished for. */
export function words(): Labels {
  const wishes = [shown.locale, settings.default_locale, ...navigator.languages, 'en', ...Object.keys(labels)]
  return wishes.map((wish) => labels[wish?.slice(0, 2) ?? '']).find((each) => each)!
}

const isPlace = () =>
  (!settings.devices || (settings.devices === 'mobile') === innerWidth < 768) &&
  RegExp(settings.include ?? '').test(location.pathname) &&
  !(settings.exclude && RegExp(settings.exclude).test(location.pathname))

/** Shows what has changed. */
export function paint(): void {
  const { isOpen, isHidden, theme } = shown
  const { classList } = all
  classList.toggle('o', isOpen || isFilling)
  classList.toggle('d', theme === 'dark' || (theme === 'system' && dark.matches))
  greeting.hidden = button.hidden = isFilling || isHidden || !isPlace()
  button.ariaExpanded = String(isOpen)
  button.ariaLabel = isOpen ? words().close : words().open
}

export function showGreeting(text: string, ask: (question: string) => void): void {
  const close = addButton('x', make('div', 't', greeting, text), '✕', () => greeting.remove())
  close.ariaLabel = words().close
  for (const question of settings.questions ?? []) addButton('q', greeting, question, () => ask(question))
}
