// The entry. JavaScript, like what it loads before the compiled code is in place: the first TypeScript file that is not compiled yet
// takes a tenth of a second and 17 MB.
import { keepCompiledCode } from './compile-cache.js'
import { keepNewObjectsSmall } from './new-objects.js'

keepNewObjectsSmall()
keepCompiledCode()
const { main } = await import('./process.ts')
process.exitCode = await main()
