// Where the server keeps its files. It needs nothing else, because it is known before any other code is loaded.
import { join, resolve } from 'node:path'

/** An empty setting counts as none. */
export function dataFolder(setting: string | undefined): string {
  return resolve(setting || join(import.meta.dirname, '..', '..', '..', 'data'))
}
