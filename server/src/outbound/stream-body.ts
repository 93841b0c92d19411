// The body of a response as a stream: counts bytes, and ends with the request that it belongs to.
import { OutboundError } from './errors.ts'
import { brokenOff } from './answer.ts'

export interface StreamBounds {
  max_bytes: number
  within<T>(work: Promise<T>): Promise<T>
  /** Called once, when no more data will come. */
  release(): void
}

export function streamBody(body: AsyncIterable<Uint8Array> | null, bounds: StreamBounds): ReadableStream<Uint8Array> {
  const chunks = body?.[Symbol.asyncIterator]()
  let bytes = 0
  const read = async () => {
    const next = await bounds.within(readNext(chunks))
    bytes += next?.length ?? 0
    if (bytes <= bounds.max_bytes) return next
    throw new OutboundError('response_too_large', `The response exceeds ${bounds.max_bytes} bytes`, true)
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const chunk = await read()
        if (chunk !== null) return controller.enqueue(chunk)
        bounds.release()
        controller.close()
      } catch (error) {
        bounds.release()
        controller.error(error)
      }
    },
    cancel: bounds.release,
  })
}

async function readNext(chunks: AsyncIterator<Uint8Array> | undefined): Promise<Uint8Array | null> {
  try {
    const next = await chunks?.next()
    return next === undefined || next.done ? null : next.value
  } catch {
    throw brokenOff()
  }
}
