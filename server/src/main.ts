// The entry.
import { keepCompiledCode } from './compile-cache.ts'

keepCompiledCode()
const { main } = await import('./process.ts')
process.exitCode = await main()
