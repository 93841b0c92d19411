// Builds the console and the web widget after the packages are installed. JavaScript, because it runs with any Node that runs npm. A
// failure must not stop the installation: the server works without them and reports what is missing.
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
