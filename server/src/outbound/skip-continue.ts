// Removes `100 Continue` from the start of a response. Parley never requests it, but some servers send it anyway and undici
// treats it as an error; undici skips other informational responses itself.
import type { Socket } from 'node:net'

const begins = ['HTTP/1.1 100', 'HTTP/1.0 100']
const end = '\r\n\r\n'

/** Call before anything is read. A response of more than `max_bytes` is passed to undici unchanged. */
export function skipContinue(socket: Socket, max_bytes: number): void {
  const read = socket.read
  let held: Buffer = Buffer.alloc(0)
  socket.read = (size) => {
    const chunk = read.call(socket, size) as Buffer | null
    if (chunk === null) return null
    held = withoutContinue(Buffer.concat([held, chunk]))
    if (mayBeContinue(held) && held.length <= max_bytes) return null
    socket.read = read
    return held
  }
}

function withoutContinue(bytes: Buffer): Buffer {
  let rest = bytes
  while (mayBeContinue(rest)) {
    const at = rest.indexOf(end)
    if (at < 0) break
    rest = rest.subarray(at + end.length)
  }
  return rest
}

/** True if it is one, or if too little has arrived to tell. */
function mayBeContinue(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, begins[0]!.length)
  return begins.some((begin) => begin.startsWith(text))
}
