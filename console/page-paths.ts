// The paths of the pages, written beside the built files: the server answers exactly these with the page.
import { join } from 'node:path'
import { type Plugin, runnerImport } from 'vite'

interface Route {
  fullPath: string
  options: { path?: string }
}

const router = join(import.meta.dirname, 'src', 'router.tsx')

export function pagePaths(): Plugin {
  return {
    name: 'parley-page-paths',
    apply: 'build',
    async generateBundle() {
      const { module } = await runnerImport<{ router: { routesById: Record<string, Route> } }>(router, {
        configFile: false,
        logLevel: 'warn',
      })
      const pages = Object.values(module.router.routesById).filter(({ options }) => options.path !== undefined)
      // From the first parameter on, anything may follow; whether it is a page is for the router to say.
      const paths = new Set(pages.map(({ fullPath }) => fullPath.replace(/\$.*/, '*')))
      this.emitFile({ type: 'asset', fileName: 'paths.json', source: `${JSON.stringify([...paths], null, 2)}\n` })
    },
  }
}
