// Builds the console when the packages have been installed. JavaScript, for whatever Node runs npm. Never in the way of an
// installation: the server works without a console, and says so.
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../console', import.meta.url))

try {
  const { build } = await import('vite')
  await build({ root: folder, configFile: `${folder}/vite.config.ts`, logLevel: 'warn' })
} catch (error) {
  const isLeftOut = error.code === 'ERR_MODULE_NOT_FOUND'
  console.warn(`The console is not built${isLeftOut ? ': what builds it is not installed' : ''}.`)
  if (!isLeftOut) console.warn(error)
}
