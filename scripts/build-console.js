// Builds the console after the packages are installed. JavaScript, because it runs with any Node that runs npm. A failure must
// not stop the installation: the server works without a console and reports that it is missing.
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../console', import.meta.url))

try {
  const { build } = await import('vite')
  await build({ root: folder, configFile: `${folder}/vite.config.ts`, logLevel: 'warn' })
} catch (error) {
  const isLeftOut = error.code === 'ERR_MODULE_NOT_FOUND'
  console.warn(`The console was not built${isLeftOut ? ' because its build tools are not installed' : ''}.`)
  if (!isLeftOut) console.warn(error)
}
