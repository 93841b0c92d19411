// The launcher, its greeting and the panel around the frame, in a closed shadow root that the page cannot reach.
import { readableText } from '../base/contrast.ts'
import { arrow_path, bubble_path, make, makeIcon } from './elements.ts'
import { lockScrolling } from './page.ts'
import type { LoaderSettings, Pair } from './settings.ts'
import { style } from './style.ts'

export interface Launcher {
  host: HTMLElement
  panel: HTMLElement
  isNarrow(): boolean
  showOpen(isOpen: boolean): void
  showUnread(count: number): void
  showLauncher(isShown: boolean): void
  showGreeting(text: string, questions: string[]): void
  setTheme(theme: string): void
  setLocale(locale: string): void
  focus(): void
  remove(): void
}

interface Acts {
  toggle(): void
  near(): void
  ask(question: string): void
  dismiss(): void
}

/** Of the built-in launcher. */
const own: Record<'light' | 'dark', [string, string]> = { light: ['#17535b', '#ffffff'], dark: ['#8ad4d8', '#0d2427'] }

export function makeLauncher(settings: LoaderSettings, isFilling: boolean, acts: Acts): Launcher {
  const { trigger = {}, chat = {} } = settings
  const host = make('div', '')
  host.dataset['parley'] = settings.id
  const root = host.attachShadow({ mode: 'closed' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
  root.adoptedStyleSheets = [sheet]
  const box = make('div', '', root)
  const panel = make('div', 'p', box)
  const greeting = make('div', 'g', box)
  greeting.setAttribute('role', 'status')
  greeting.hidden = true
  const button = make('button', 'l', box)
  const badge = make('span', 'n')
  button.type = 'button'

  const wide = matchMedia('(min-width:480px)')
  const dark = matchMedia('(prefers-color-scheme:dark)')
  const viewport = window.visualViewport
  let theme = settings.theme ?? 'system'
  let words = settings.labels['en']!
  let isOpen = false
  let count = 0
  let unlock: (() => void) | null = null

  const set = (name: string, value: string) => box.style.setProperty(`--${name}`, value)
  const size = trigger.size ?? 56
  for (const [name, value] of Object.entries({
    x: trigger.offset_x ?? 20,
    y: trigger.offset_y ?? 20,
    s: size,
    p: Math.max(trigger.padding ?? 0, trigger.label ? 16 : 0),
    r: trigger.shape === 'square' ? 14 : size / 2,
    w: chat.width ?? 400,
    h: chat.height ?? 640,
    c: chat.radius ?? 16,
  })) {
    set(name, `${value}px`)
  }
  set('z', String(trigger.z_index ?? 2147483000))

  const isNarrow = () => !isFilling && !wide.matches
  const layOut = () => {
    const isDark = theme === 'dark' || (theme === 'system' && dark.matches)
    const mode = isDark ? 'dark' : 'light'
    const { background_color, text_color }: Pair = settings.launcher?.[mode] ?? {}
    const text = readableText(background_color, text_color)
    set('b', text ? background_color! : own[mode][0])
    set('f', text ?? own[mode][1])
    set('t', `${viewport?.offsetTop ?? 0}px`)
    set('v', `${viewport?.height ?? innerHeight}px`)
    const names = { left: trigger.position === 'bottom-left', d: isDark, s: isNarrow(), k: isOpen, a: isFilling }
    for (const [name, isOn] of Object.entries(names)) box.classList.toggle(name, isOn)
    panel.classList.toggle('o', isOpen || isFilling)
    if (isOpen && isNarrow()) unlock ??= lockScrolling()
    else {
      unlock?.()
      unlock = null
    }
  }
  const label = () => {
    const text = isOpen ? words.close : words.open
    button.setAttribute('aria-label', count > 0 && !isOpen ? `${text} (${words.unread.replace('{n}', String(count))})` : text)
    button.setAttribute('aria-expanded', String(isOpen))
    const icon = trigger.icon_url && !isOpen ? makePicture(trigger.icon_url) : makeIcon(isOpen ? arrow_path : bubble_path)
    button.replaceChildren(icon, ...(trigger.label && !isOpen ? [trigger.label] : []))
    badge.textContent = count > 99 ? '99+' : String(count)
    if (count > 0 && !isOpen) button.append(badge)
  }
  const aborter = new AbortController()
  const { signal } = aborter
  for (const target of [wide, dark, viewport]) {
    for (const event of ['change', 'resize', 'scroll']) target?.addEventListener(event, layOut, { signal })
  }
  button.addEventListener('click', () => acts.toggle())
  for (const event of ['pointerenter', 'focus']) button.addEventListener(event, () => acts.near())

  const showGreeting = (text: string, questions: string[]) => {
    greeting.replaceChildren()
    greeting.dir = 'auto'
    const said = make('div', 't', greeting, text)
    const close = make('button', 'x', said, '×')
    close.setAttribute('aria-label', words.close)
    close.onclick = () => {
      greeting.hidden = true
      acts.dismiss()
    }
    for (const question of questions) make('button', 'q', greeting, question).onclick = () => acts.ask(question)
    greeting.hidden = false
  }

  button.hidden = isFilling
  layOut()
  label()
  return {
    host,
    panel,
    isNarrow,
    showOpen(value) {
      isOpen = value
      if (value) greeting.hidden = true
      layOut()
      label()
    },
    showUnread(value) {
      count = value
      label()
    },
    showLauncher: (isShown) => void (button.hidden = !isShown || isFilling),
    showGreeting,
    setTheme(value) {
      theme = value as typeof theme
      layOut()
    },
    setLocale(locale) {
      words = settings.labels[locale] ?? words
      label()
    },
    focus: () => button.focus(),
    remove() {
      aborter.abort()
      unlock?.()
      host.remove()
    },
  }
}

/** The built-in one if the page does not allow or find the picture. */
function makePicture(url: string): HTMLElement {
  const picture = make('img', '')
  picture.alt = ''
  picture.onerror = () => picture.replaceWith(makeIcon(bubble_path))
  picture.src = url
  return picture
}
