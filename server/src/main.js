// The entry. JavaScript, like what it loads before the compiled code is in place: the first TypeScript file that is not compiled yet
// takes a tenth of a second and 17 MB.
import { requireNode } from './node-version.js'

requireNode()
const [{ keepCompiledCode }, { keepNewObjectsSmall }] = await Promise.all([
  import('./compile-cache.js'),
  import('./new-objects.js'),
])
keepNewObjectsSmall()
keepCompiledCode()
const { main } = await import('./process.ts')
process.exitCode = await main()
