// Compiled code that the processes of all tests share: a process that has none compiles for a second, and stores a thousand files.
import { join } from 'node:path'

/** For the environment of a process. Its own folder for compiled code, which would be new in each test, is not used then. */
export const with_compiled_code = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'parley-tests'),
}
