// Builds the console, the web widget and the documentation after the packages are installed, and compiles the server. JavaScript, because it
// runs with any Node that runs npm. A failure must not stop the installation: the server works without them and reports what is missing.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

for (const [name, folder] of [
  ['console', '../console'],
  ['web widget', '../widget'],
]) {
  const root = fileURLToPath(new URL(folder, import.meta.url))
  try {
    const { build } = await import('vite')
    await build({ root, configFile: `${root}/vite.config.ts`, logLevel: 'warn' })
  } catch (error) {
    const isLeftOut = error.code === 'ERR_MODULE_NOT_FOUND'
    console.warn(`The ${name} was not built${isLeftOut ? ' because its build tools are not installed' : ''}.`)
    if (!isLeftOut) console.warn(error)
  }
}

// Its source is TypeScript, which older versions of Node do not run.
try {
  const { buildSite } = await import('../site/src/build.ts')
  await buildSite()
} catch (error) {
  console.warn(`The documentation was not built: ${error.message}`)
}

// By the Node that will run it. A first start would do it otherwise.
try {
  execFileSync('node', [fileURLToPath(new URL('../server/src/compile-ahead.js', import.meta.url))], {
    stdio: 'inherit',
  })
} catch (error) {
  console.warn(`The server was not compiled: ${error.message}`)
}
