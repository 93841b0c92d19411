// The frame, made when it is needed, and the messages with it: the loader accepts them from its own frame and its origin only.
import { type PageInfo, type ToFrame, createIntake, protocol_version } from '../base/protocol.ts'
import { attempt, warn } from './api.ts'
import { container, make, panel, shown } from './launcher.ts'
import { settings } from './settings.ts'

const answer_timeout_ms = 15_000
const { id, origin } = settings

let frame: HTMLIFrameElement | undefined
let isLinked = false
let waiting: [string, unknown][] = []

/** Marks without secrets, and with `storage: host_page` the visitor's token. A browser may refuse storage by throwing. */
export const keep = (name: string, value?: string | null): string | null | void =>
  attempt(() => {
    const key = `parley-${id}${name}`
    if (value === null) localStorage.removeItem(key)
    else if (value) localStorage.setItem(key, value)
    return localStorage.getItem(key)
  })

/** Addresses go without query and fragment, which can hold secrets. */
const bare = (url: string) => url.split(/[?#]/)[0]!
export const readPage = (): PageInfo => ({ url: bare(location.href), title: document.title, referrer: bare(document.referrer) })

const post = (type: string, value: unknown) => frame!.contentWindow?.postMessage({ parley: protocol_version, type, value }, origin)

export function send<T extends keyof ToFrame>(type: T, value?: ToFrame[T]): void {
  if (isLinked) attempt(() => post(type, value))
  else waiting = [...waiting.slice(-49), [type, value]]
}

/** Makes the frame if there is none. */
export function wake(): HTMLIFrameElement {
  if (frame) return frame
  frame = make('iframe', '')
  frame.title = settings.title || 'Chat'
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads')
  frame.src = `${origin}/public/embed/${id}/frame?parentOrigin=${encodeURIComponent(location.origin)}`
  frame.onload = () => {
    isLinked = false
    const { isOpen, locale, theme } = shown
    const hello: ToFrame['hello'] = { version: protocol_version, is_open: isOpen || !!container, is_filling: !!container, locale, theme, page: readPage(), kept: keep('-token') || undefined }
    post('hello', hello)
  }
  setTimeout(() => isLinked || warn('no answer from', origin), answer_timeout_ms)
  return panel.appendChild(frame)
}

const intake = createIntake(() => performance.now())

export function listen(receive: (type: string, value: never) => void): (event: MessageEvent) => void {
  return ({ data, source, origin: from }) => {
    const message = frame && from === origin && source === frame.contentWindow && intake(data)
    if (!message) return
    if (message.type === 'hello') {
      isLinked = true
      for (const each of waiting.splice(0)) send(...(each as ['send', string]))
    }
    receive(message.type, message.value as never)
  }
}
