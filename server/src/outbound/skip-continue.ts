// Leaves `100 Continue` out of what a server sends first. Nobody asks for it, some send it all the same, and undici takes it
// for a fault; other informational answers it skips by itself.
import type { Socket } from 'node:net'

const begins = ['HTTP/1.1 100', 'HTTP/1.0 100']
const end = '\r\n\r\n'

/** To be called before anything is read. One of more than `max_bytes` is not waited for: undici gets it as it is. */
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

/** It is one, or too little has come to tell. */
function mayBeContinue(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, begins[0]!.length)
  return begins.some((begin) => begin.startsWith(text))
}
