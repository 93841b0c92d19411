// A small file that says how far a command got. It is replaced as a whole, so that a kill leaves the old one or the new one.
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ClientError } from './faults.ts'

export interface StateFile<State> {
  /** Null if the file does not exist. */
  read(): Promise<State | null>
  write(state: State): Promise<void>
  remove(): Promise<void>
}

export function stateFile<State>(path: string): StateFile<State> {
  return {
    async read() {
      let text: string
      try {
        text = await readFile(path, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
      try {
        return JSON.parse(text) as State
      } catch {
        throw new ClientError(`${path} is damaged; remove it to begin again`)
      }
    },
    async write(state) {
      await using file = await open(`${path}.new`, 'w')
      await file.writeFile(JSON.stringify(state))
      await file.datasync()
      await rename(`${path}.new`, path)
    },
    remove: () => rm(path, { force: true }),
  }
}

/** After this a rename in the folder outlives a power failure. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
