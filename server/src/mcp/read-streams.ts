// Reads what an operation answers piece by piece to its end, as far as a result may be long.
import type { EventStream, FileStream, TextStream } from '../calls/event-stream.ts'

export interface ReadOptions {
  result_bytes: number
  /** Told each piece of a reply's text; `is_restarted`: what was told before does not count. */
  onText?: (text: string, is_restarted: boolean) => void
}

interface ReadEvent {
  event: string
  id?: number
  data: unknown
}

export interface ReadEvents {
  events: ReadEvent[]
  last: ReadEvent | undefined
  /** Of all events, also those that are left out because they are too many. */
  bytes: number
}

/** Nobody leaves: a call goes on when its caller is gone (T11). */
const never = () => new AbortController().signal

export async function readEvents({ open, held }: EventStream, options: ReadOptions): Promise<ReadEvents> {
  using _held = held
  const events: ReadEvent[] = []
  let last: ReadEvent | undefined
  let bytes = 0
  let isRestarted = false
  for await (const event of open?.(never()) ?? []) {
    if ('retry_ms' in event) continue
    last = event
    if (event.event === 'turn.restarted') isRestarted = true
    if (event.event === 'message.delta') {
      options.onText?.((event.data as { text: string }).text, isRestarted)
      isRestarted = false
    }
    bytes += JSON.stringify(event.data).length
    if (bytes <= options.result_bytes) events.push(event)
  }
  return { events, last, bytes }
}

export async function readText({ open }: TextStream, { result_bytes }: ReadOptions): Promise<string> {
  let text = ''
  for await (const piece of open(never())) if (text.length <= result_bytes) text += piece
  return text
}

const isText = (media_type: string) => /^text\/|[/+](json|xml|ndjson|x-ndjson|yaml)\b/.test(media_type)

/** A file that is too long is not read to its end. */
export async function readFile(file: FileStream, url: string, { result_bytes }: ReadOptions) {
  const { media_type: mimeType, bytes } = file
  if ((bytes ?? 0) > result_bytes) return tooLong(bytes)
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of file.open(never())) {
    length += piece.length
    if (length > result_bytes) return tooLong(bytes)
    pieces.push(piece)
  }
  const content = Buffer.concat(pieces)
  if (isText(mimeType)) return { text: content.toString('utf8') }
  return { text: '', blob: { uri: url, mimeType, blob: content.toString('base64') } }
}

/** Null: the length is unknown. */
function tooLong(bytes: number | null) {
  const structured = { truncated: true, bytes }
  return { text: JSON.stringify(structured), structured }
}
