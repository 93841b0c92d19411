// An answer of another server: received, and read up to a limit.
import { OutboundError } from './errors.ts'

export interface OutboundResponse {
  status: number
  headers: Headers
  /** The bytes as received, at most `max_body_bytes`. */
  body: Buffer
  /** Whether the body was longer, or ended early where that is allowed. */
  truncated: boolean
}

/** A response whose body is not read yet. It must be closed. */
export interface OpenAnswer {
  status: number
  headers: Headers
  /** Null for a redirect, whose body is not read. */
  body: AsyncIterable<Buffer> | null
  /** Closes the connection. */
  close(): void
}

/** Reads the body up to its limit. With `may_break_off`, a body that ends early is returned as it is. */
export async function collectAnswer(
  answer: OpenAnswer,
  max_body_bytes: number,
  may_break_off: boolean,
): Promise<OutboundResponse> {
  const { status, headers, body } = answer
  try {
    if (body === null) return { status, headers, body: Buffer.alloc(0), truncated: true }
    return { status, headers, ...(await readBody(body, max_body_bytes, may_break_off)) }
  } finally {
    answer.close()
  }
}

async function readBody(
  stream: AsyncIterable<Buffer>,
  max_bytes: number,
  may_break_off: boolean,
): Promise<Pick<OutboundResponse, 'body' | 'truncated'>> {
  const chunks: Buffer[] = []
  let bytes = 0
  let isBroken = false
  try {
    // Leaving the loop destroys the stream.
    for await (const chunk of stream) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > max_bytes) break
    }
  } catch {
    if (!may_break_off) throw brokenOff()
    isBroken = true
  }
  return { body: Buffer.concat(chunks, Math.min(bytes, max_bytes)), truncated: isBroken || bytes > max_bytes }
}

/** Whether the parser or the socket noticed the missing rest makes no difference. */
export function brokenOff(): OutboundError {
  return new OutboundError('connection', 'The response ended early')
}
