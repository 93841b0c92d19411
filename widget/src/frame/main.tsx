// The frame: reads what the server has put into the page, listens to the loader, and draws.
import type { WebWidgetConfig } from '@parley/contract'
import { render } from 'preact'
import { isListed } from '../base/origins.ts'
import {
  type Hello,
  type ToFrame,
  type ToLoader,
  agreeVersion,
  createFrameGate,
  protocol_version,
} from '../base/protocol.ts'
import { createChat } from '../course/chat.ts'
import type { ShownWidget } from '../course/parts.ts'
import { type Locale, type Texts, chooseLocale, createSay, directionOf } from '../texts/texts.ts'
import { App } from './app.tsx'
import { openPorts } from './browser-ports.ts'
import './style.css'
import { loadMore, partsThere, retry_ms } from './parts.ts'
import { openStorage } from './storage.ts'
import { applyTheme } from './theme.ts'

const languages = import.meta.glob<Record<string, Texts>>('../texts/??.ts')
const widget = JSON.parse(document.getElementById('parley-widget')!.textContent!) as ShownWidget
const embed_token = document.querySelector<HTMLMetaElement>('meta[name=parley-embed-token]')!.content
const root = document.getElementById('root')!
const isAlone = window.parent === window
/** A preview never meets the author's own visits. */
const kept_as = widget.preview ? `${widget.id}-preview` : widget.id
const storage = openStorage(kept_as)
const gate = createFrameGate(
  (origin) => (widget.preview ? origin === location.origin : isListed(widget.domains, origin)),
  () => performance.now(),
)

let locale: Locale = 'en'
let wished: string | undefined
let theme: string | undefined
let say = createSay('en', {} as Texts)
let version = protocol_version
let isFilling = isAlone
let held_token: string | null = null

function tell<T extends keyof ToLoader>(type: T, value: ToLoader[T]): void {
  const origin = gate.origin()
  if (origin !== null) window.parent.postMessage({ parley: version, type, value }, origin)
}

const isHeldByPage = widget.config.storage === 'host_page'
const keeper = {
  read: () => (isHeldByPage ? held_token : storage.get('token')),
  write(token: string | null) {
    held_token = token
    if (isHeldByPage) tell('keep', token)
    else if (token === null) storage.remove('token')
    else storage.set('token', token)
  },
}

function emit(name: string, detail: Record<string, unknown> = {}): void {
  if (name === 'active') tell('active', detail['isActive'] === true)
  else if (name === 'unread') tell('unread', detail['count'] as number)
  else if (name === 'forgotten') document.dispatchEvent(new Event('parley-drafts'))
  else tell('event', [name, detail])
  if (name === 'message_received' && widget.config.sounds === true && (document.hidden || !chat.state.isOpen))
    partsThere()?.beep()
}

const chat = createChat({
  ports: openPorts(kept_as, storage),
  widget,
  embed_token,
  keeper,
  emit,
  locale: () => locale,
})

const drawn_within_ms = 200
let isDrawing = false
function draw(): void {
  if (isDrawing) return
  isDrawing = true
  const run = () => {
    if (!isDrawing) return
    isDrawing = false
    render(
      <App
        chat={chat}
        widget={widget}
        say={say}
        locale={navigator.languages.find((each) => each.startsWith(locale)) ?? locale}
        storage={storage}
        isFilling={isFilling}
        onClose={() => tell('close', null)}
      />,
      root,
    )
  }
  // A page that is not seen has no frames: hidden, or so busy that the browser draws nothing of it.
  requestAnimationFrame(run)
  setTimeout(run, drawn_within_ms)
}
chat.subscribe(draw)

async function speak(): Promise<void> {
  const { locales, default_locale, texts } = widget.config
  locale = chooseLocale([wished, default_locale, ...navigator.languages], locales ?? undefined)
  const { [locale]: found } = await languages[`../texts/${locale}.ts`]!().catch(() => {
    setTimeout(speak, retry_ms)
    return {} as Record<string, Texts>
  })
  say = createSay(locale, found!, texts?.[locale] ?? {})
  document.documentElement.lang = locale
  document.documentElement.dir = directionOf(locale)
  document.title = widget.config.chat?.title || widget.agent.name || say('chat')
  draw()
  loadMore(draw)
}

/** After what is being drawn. */
const focus = () =>
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const wished = ['#composer', '.control', 'footer button', 'button']
      wished
        .map((each) => root.querySelector<HTMLElement>(each))
        .find((each) => each)
        ?.focus()
    }),
  )

const receive: { [Type in keyof ToFrame]: (value: ToFrame[Type]) => unknown } = {
  async hello(hello: Hello) {
    version = agreeVersion(hello.version) ?? protocol_version
    wished = hello.locale
    theme = hello.theme
    isFilling = hello.is_filling
    if (isHeldByPage) held_token = hello.kept ?? null
    applyTheme(widget.config, theme)
    tell('hello', version)
    chat.page.setPage(hello.page)
    await speak()
    if (hello.is_open) open(hello.has_focus)
    else await chat.resume()
  },
  open: () => open(true),
  close: () => chat.setOpen(false),
  async identify([call, identity]: [number, unknown]) {
    tell('identified', [call, await chat.identify(identity)])
  },
  logout: () => chat.logout(),
  metadata: (client: unknown) => chat.page.setClient(client),
  page: (page: Hello['page']) => chat.page.setPage(page),
  send: (text: string) => chat.send(String(text).trim().slice(0, widget.message_characters)),
  start: () => chat.start(),
  end: () => chat.end(),
  locale(value: string) {
    wished = value
    return speak()
  },
  theme(value: string) {
    theme = value
    applyTheme(widget.config, theme)
  },
  config(config) {
    if (widget.preview !== true) return
    widget.config = config as WebWidgetConfig
    applyTheme(widget.config, theme)
    chat.reconsider()
    void speak()
  },
}

function open(hasFocus: boolean): void {
  chat.setOpen(true)
  if (hasFocus) focus()
}

addEventListener('message', ({ data, origin, source }) => {
  try {
    const message = gate.take({ data, origin, isFromParent: source === window.parent && !isAlone })
    if (message && Object.hasOwn(receive, message.type))
      void receive[message.type as keyof ToFrame](message.value as never)
  } catch {
    // What cannot be read is ignored.
  }
})
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && !isFilling) tell('close', null)
})
applyTheme(widget.config, theme)
if (isAlone) void speak().then(() => open(true))
