// The installed package in a page of the peer's own origin, with nothing between: no bundler, an import map alone.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startBrowser } from '../../../console/test/support/chromium.ts'

const sdk = '/app/node_modules/@parley/sdk'
const map = { imports: { '@parley/sdk': `${sdk}/index.js`, '@parley/sdk/webhooks': `${sdk}/webhooks.js` } }
const html = `<!doctype html><title>SDK</title><script type="importmap">${JSON.stringify(map)}</script>`

/** `folder`: where the package is installed. */
export async function useInBrowser(folder: string, peer_url: string): Promise<void> {
  const browser = await startBrowser()
  try {
    const page = await browser.newPage()
    await page.route(`${peer_url}/app/**`, async (route) => {
      const path = new URL(route.request().url()).pathname.slice('/app/'.length)
      if (path === '') return route.fulfill({ contentType: 'text/html', body: html })
      await route.fulfill({ contentType: 'text/javascript', body: await readFile(join(folder, path)) })
    })
    await page.goto(`${peer_url}/app/`)
    await page.evaluate("import('/app/use.js').then(({ use }) => use(location.origin))")
  } finally {
    await browser.close()
  }
}
