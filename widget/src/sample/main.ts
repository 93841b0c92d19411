// A website for the console's preview: the real loader, whose settings the console changes before anything is saved.
import type { WebWidgetConfig } from '@parley/contract'
import { page, settingsOf } from './page.ts'
export { begun } from './begin.ts'
import { protocol_version } from '../base/protocol.ts'
import { all, button, showGreeting, shown } from '../loader/launcher.ts'
export * from '../loader/main.ts'
import { settings } from '../loader/settings.ts'
import style from './style.css?inline'

/** From the console. */
interface Shown {
  parley_sample: 1
  config: WebWidgetConfig
  theme: 'light' | 'dark'
  locale: string
}

interface Api {
  open(): void
  send(text: string): void
  setTheme(theme: string): void
  setLocale(locale: string): void
}

const { origin, console_origin } = page
const root = document.documentElement
const parley = () => (window as unknown as { Parley: Api }).Parley
const [sign] = button.children
let current: Shown | null = null

function show(next: Shown): void {
  const before = current
  current = next
  const { config, theme, locale } = next
  root.style.colorScheme = theme
  root.lang = locale
  root.dir = locale === 'ar' ? 'rtl' : 'ltr'
  const changed = settingsOf(config)
  // The loader holds on to this object, and to the one of its texts.
  const { labels } = settings
  for (const each of [settings, labels]) for (const name of Object.keys(each)) delete (each as never)[name]
  Object.assign(settings, changed, { labels: Object.assign(labels, changed.labels) })
  dressAgain()
  const wished = config.theme === 'light' || config.theme === 'dark' ? config.theme : theme
  parley().setLocale(locale)
  parley().setTheme(wished)
  tellFrame(config)
  if (!before) tellConsole('shown')
}

/** What `dress` has made of the settings before. */
function dressAgain(): void {
  all.style.cssText = settings.box
  shown.isHidden = settings.hidden
  const greeting = all.querySelector('.g')!
  greeting.replaceChildren()
  if (settings.greeting) showGreeting(settings.greeting.text, (question) => parley().send(question))
  const first = button.firstElementChild!
  if (settings.icon) drawIcon(settings.icon, first)
  else if (first !== sign) first.replaceWith(sign!)
  button.querySelector('span:not(.i,.n)')?.remove()
  if (!settings.label) return
  const label = document.createElement('span')
  label.textContent = settings.label
  button.firstElementChild!.after(label)
}

function drawIcon(address: string, before: Element): void {
  if (before instanceof HTMLImageElement && before.src === address) return
  const picture = document.createElement('img')
  picture.alt = ''
  picture.addEventListener('load', () => settings.icon === address && button.firstElementChild!.replaceWith(picture))
  picture.src = address
}

/** The frame listens once it has been greeted; it gets then what came before. */
function tellFrame(config: WebWidgetConfig): void {
  const frame = all.querySelector('iframe')
  frame?.contentWindow?.postMessage({ parley: protocol_version, type: 'config', value: config }, origin)
}

function tellConsole(said: string): void {
  parent.postMessage({ parley_sample: said }, console_origin)
}

addEventListener('message', ({ data, origin: from, source }) => {
  if (source === parent && source !== window && from === console_origin && data?.parley_sample === 1)
    show(data as Shown)
  else if (from === origin && data?.parley === protocol_version && data.type === 'hello' && current)
    tellFrame(current.config)
})
const sheet = new CSSStyleSheet()
sheet.replaceSync(style)
document.adoptedStyleSheets = [sheet]
tellConsole('ready')
