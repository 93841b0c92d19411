// Sends the bytes of a file to the address that a source was given. Not `fetch`, which does not say how much was sent.
import { ApiError, ConnectionError } from '@parley/sdk'

interface Options {
  onSent?: ((bytes: number) => void) | undefined
  signal?: AbortSignal | undefined
}

/** Throws an `ApiError` if the server refuses it, and a `ConnectionError` if the connection breaks. */
export function putFile(presigned_url: string, file: Blob, { onSent, signal }: Options = {}): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const request = new XMLHttpRequest()
  request.open('PUT', addressHere(presigned_url))
  request.upload.addEventListener('progress', ({ loaded }) => onSent?.(loaded))
  request.addEventListener('load', () => {
    if (request.status >= 200 && request.status < 300) resolve()
    else reject(new ApiError(answerOf(request), readJson(request.responseText)))
  })
  request.addEventListener('error', () => reject(new ConnectionError('The connection broke')))
  request.addEventListener('abort', () => reject(signal?.reason ?? new Error('The upload was stopped')))
  signal?.addEventListener('abort', () => request.abort(), { once: true })
  request.send(file)
  return promise
}

/** The server may be known to others under another name, but this page may only reach its own. */
function addressHere(presigned_url: string): string {
  const { pathname, search } = new URL(presigned_url, location.href)
  return pathname + search
}

function answerOf({ status, responseText }: XMLHttpRequest): Response {
  // 0 to 199 cannot be made into a response.
  return new Response(responseText, { status: Math.max(200, status) })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
