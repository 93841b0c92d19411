// Most of a start is loading code, and compiling it takes a third of that: the compiled code is kept in the data folder.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { dataFolder } from './config/data-folder.ts'

/** Before any other code is loaded. Only in a folder that exists: the server creates it for its owner alone. */
export function keepCompiledCode(): void {
  const folder = dataFolder(process.env['PARLEY_DATA_DIR'])
  if (existsSync(folder)) enableCompileCache(join(folder, 'compile-cache'))
}
