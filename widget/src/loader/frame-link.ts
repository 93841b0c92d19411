// The loader's side of the messages with its frame: makes the frame when it is needed, and accepts messages from it and its origin only.
import { type ToFrame, type ToLoader, agreeVersion, createIntake, protocol_version } from '../base/protocol.ts'

export type Received = { [T in keyof ToLoader]: { type: T } & ToLoader[T] }[keyof ToLoader]

export interface FrameLink {
  /** Makes the frame if there is none. */
  wake(): void
  /** Kept until the frame answers. */
  send<T extends keyof ToFrame>(type: T, message: ToFrame[T]): void
  remove(): void
}

interface Linked {
  id: string
  origin: string
  title: string
  parent: HTMLElement
  hello: () => Omit<ToFrame['hello'], 'version'>
  receive: (message: Received) => void
}

const answer_timeout_ms = 15_000

export function linkFrame({ id, origin, title, parent, hello, receive }: Linked): FrameLink {
  let frame: HTMLIFrameElement | null = null
  let version: number | null = null
  let hasWarned = false
  let waiting: object[] = []
  const intake = createIntake(() => performance.now())
  const post = (message: object) =>
    frame?.contentWindow?.postMessage({ parley: version ?? protocol_version, ...message }, origin)

  const listen = (event: MessageEvent) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return
    const message = intake(event.data)
    if (!message) return
    if (message.type === 'hello') {
      version = agreeVersion(message['version'])
      for (const each of waiting.splice(0)) post(each)
    }
    receive(message as unknown as Received)
  }
  addEventListener('message', listen)

  return {
    wake() {
      if (frame) return
      frame = document.createElement('iframe')
      frame.title = title
      frame.setAttribute(
        'sandbox',
        'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads',
      )
      frame.src = `${origin}/public/embed/${id}/frame?parentOrigin=${encodeURIComponent(location.origin)}`
      frame.onload = () => {
        version = null
        post({ type: 'hello', version: protocol_version, ...hello() })
        setTimeout(() => {
          if (version !== null || hasWarned || !frame) return
          hasWarned = true
          console.warn(`[Parley] The chat of widget ${id} does not answer.`)
        }, answer_timeout_ms)
      }
      parent.append(frame)
    },
    send(type, message) {
      if (version === null) waiting = [...waiting.slice(-49), { type, ...message }]
      else post({ type, ...message })
    },
    remove() {
      removeEventListener('message', listen)
      frame?.remove()
      frame = null
    },
  }
}
