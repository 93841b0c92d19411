// The name of a remote tool for the model: `<server>_<tool>`, shortened if necessary. The same in every turn, whichever servers
// respond.
import { createHash } from 'node:crypto'

const max_characters = 64
const digest_characters = 8

/** `servers`: the names of all servers of the agent. */
export function nameRemoteTool(server: string, tool: string, servers: readonly string[]): string {
  const plain = `${server}_${tool}`
  const fitting = plain.replaceAll(/[^A-Za-z0-9_-]/g, '_')
  // `a` with `b_c`, and `a_b` with `c`.
  const isAmbiguous = servers.some((other) => server.startsWith(`${other}_`))
  if (fitting === plain && plain.length <= max_characters && !isAmbiguous) return plain
  const digest = createHash('sha256')
    .update(JSON.stringify([server, tool]))
    .digest('hex')
    .slice(0, digest_characters)
  return `${fitting.slice(0, max_characters - digest_characters - 1)}_${digest}`
}
