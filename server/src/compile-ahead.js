// Compiles what a first start loads, when the packages are installed. It ends when everything is loaded, and then Node writes the
// compiled code.
import { keepCompiledCodeOfInstallation } from './compile-cache.js'
import { keepNewObjectsSmall } from './new-objects.js'

// V8 takes compiled code only with the flags that it was compiled with.
keepNewObjectsSmall()
await keepCompiledCodeOfInstallation()
const { default: fastify } = await import('fastify')
const first_start = [import('./database/migrate.ts'), import('./http/migration-gate.ts')]
await Promise.all([import('./process.ts'), import('./app.ts'), ...first_start])
// What it loads only now.
fastify({ logger: { level: 'silent' } })
