// Files on their way: the body of an upload, how much of it was sent, and how much of a download has arrived.
import type { Operation } from './operation.ts'
import type { CallOptions, ClientOptions, FileInput, Values } from './request.ts'

export interface Upload {
  file: FileInput
  /** Present if the file is part of a form. */
  form: { metadata: unknown } | null
  /** The media type of the request; undefined: that of a form, which `fetch` sets. */
  type: string | undefined
}

/** What browsers have and servers do not. */
interface BrowserRequest {
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  upload: { addEventListener(name: 'progress', hear: (event: { loaded: number; total: number }) => void): void }
  addEventListener(name: 'load' | 'error' | 'abort', hear: () => void): void
  readonly status: number
  readonly responseText: string
  getAllResponseHeaders(): string
  abort(): void
  send(body: Blob | FormData): void
}
declare const XMLHttpRequest: (new () => BrowserRequest) | undefined

interface UploadRequest {
  url: string
  init: RequestInit
  upload: Upload
}

/** Null if the input has no file. */
export function uploadOf({ is }: Operation, { file, metadata }: Values): Upload | null {
  if (!(is('raw_upload') || is('form_upload')) || !isFile(file)) return null
  const type = (file as Blob).type || 'application/octet-stream'
  return is('raw_upload') ? { file, form: null, type } : { file, form: { metadata }, type: undefined }
}

function isFile(value: unknown): value is FileInput {
  return value instanceof Blob || isStream(value)
}

/** Whether the input has a file that can be read once only. */
export function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return typeof ReadableStream === 'function' && value instanceof ReadableStream
}

export function sendUpload(client: ClientOptions, request: UploadRequest, call: CallOptions): Promise<Response> {
  const { url, init, upload } = request
  const { file, form } = upload
  const send = client.fetch ?? fetch
  if (!isStream(file)) {
    const body = form ? formOf(file, form.metadata) : file
    if (!call.onProgress) return send(url, { ...init, body })
    // `fetch` of browsers does not say how much was sent.
    if (!client.fetch && typeof XMLHttpRequest === 'function') return sendWatched(url, init, body, call)
  }
  const stream = isStream(file) ? file : file.stream()
  const total = isStream(file) ? null : file.size
  const counted = count(stream, total, call)
  const boundary = `parley-${crypto.getRandomValues(new Uint32Array(2)).join('')}`
  const headers = form ? { ...init.headers, 'Content-Type': `multipart/form-data; boundary=${boundary}` } : init.headers
  const body = form ? formStream(boundary, form.metadata, file, counted) : counted
  return send(url, { ...init, headers, body, duplex: 'half' } as RequestInit)
}

/** The metadata first, so that the server knows of it before the file. */
function formOf(file: Blob, metadata: unknown): FormData {
  const form = new FormData()
  if (metadata !== undefined) form.append('metadata', JSON.stringify(metadata))
  form.append('file', file)
  return form
}

function formStream(
  boundary: string,
  metadata: unknown,
  file: FileInput,
  bytes: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const part = (head: string) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`
  const { name = (Object(metadata) as { name?: unknown }).name ?? 'file', type } = file as Partial<File>
  const filename = String(name).replace(/["\r\n]/g, (letter) => encodeURIComponent(letter))
  const head =
    (metadata === undefined ? '' : `${part('name="metadata"')}${JSON.stringify(metadata)}\r\n`) +
    part(`name="file"; filename="${filename}"\r\nContent-Type: ${type || 'application/octet-stream'}`)
  const encode = (text: string) => new TextEncoder().encode(text)
  return bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      start: (to) => to.enqueue(encode(head)),
      transform: (chunk, to) => to.enqueue(chunk),
      flush: (to) => to.enqueue(encode(`\r\n--${boundary}--\r\n`)),
    }),
  )
}

function count(
  bytes: ReadableStream<Uint8Array>,
  total: number | null,
  { onProgress }: CallOptions,
): ReadableStream<Uint8Array> {
  if (!onProgress) return bytes
  let seen = 0
  return bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, to) {
        onProgress({ bytes: (seen += chunk.length), total })
        to.enqueue(chunk)
      },
    }),
  )
}

/** The same response, whose body tells how much of it has arrived. */
export function countBytes(response: Response, call: CallOptions): Response {
  if (!call.onProgress || !response.body) return response
  const { status, statusText, headers } = response
  // Compressed bytes are counted after they are unpacked, and the length is that before.
  const length = headers.has('content-encoding') ? null : headers.get('content-length')
  const body = count(response.body, length === null ? null : Number(length), call)
  return new Response(body, { status, statusText, headers })
}

function sendWatched(
  url: string,
  { method, headers, signal }: RequestInit,
  body: Blob | FormData,
  { onProgress }: CallOptions,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest!()
    request.open(method!, url)
    for (const [name, value] of Object.entries(headers as Record<string, string>)) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress!({ bytes: loaded, total }))
    request.addEventListener('load', () => {
      const answered = request
        .getAllResponseHeaders()
        .trim()
        .split(/[\r\n]+/)
      const pairs = answered.map((line) => [line.split(':', 1)[0]!, line.slice(line.indexOf(':') + 1).trim()])
      const isEmpty = request.status === 204
      resolve(
        new Response(isEmpty ? null : request.responseText, {
          status: request.status,
          headers: pairs.filter(([name]) => name) as [string, string][],
        }),
      )
    })
    request.addEventListener('error', () => reject(new TypeError('The connection broke')))
    request.addEventListener('abort', () => reject(signal?.reason as Error))
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(body)
  })
}
