// Where the server keeps its files. It needs nothing else, because it is known before any other code is loaded.
import { join, resolve } from 'node:path'

export function dataFolder(setting) {
  return resolve(setting || join(import.meta.dirname, '..', '..', '..', 'data'))
}
