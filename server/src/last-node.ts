// The data folder names the last node that used it: a node that starts there has replaced it.
import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import { isUuid } from './base/ports.ts'
import { readPrivateFile, writePrivateFile } from './sealing/installation.ts'

const file = 'node'

/** The id of the node before; null without one. A node without a folder to write to waits a second longer for its predecessor's lock. */
export async function replaceLastNode(
  folder: string,
  node_id: string,
  log: Pick<Logger, 'debug'>,
): Promise<string | null> {
  try {
    // A node that keeps nothing gets no folder for this.
    if (!existsSync(folder)) return null
    const last = await readPrivateFile(folder, file)
    await writePrivateFile(folder, file, node_id)
    return last !== null && isUuid(last) ? last : null
  } catch (error) {
    log.debug({ err: error }, 'could not name this node in the data folder')
    return null
  }
}
