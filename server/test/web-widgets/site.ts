// A website: a real server with a page, a manifest and icons, whose answers a test decides.
import { PNG } from 'pngjs'
import { type ToolPeer, startToolPeer } from '../support/tool-peer.ts'

/** A server with it may ask a site of this computer. */
export const opened_sites = { PARLEY_CRAWL_ALLOW_PRIVATE_HOSTS: '127.0.0.1' }

type Answer = { status?: number; type?: string; headers?: Record<string, string>; body: string | Buffer }

/** Answers by path; everything else is not found. */
export async function startSite(answers: Record<string, Answer>): Promise<ToolPeer> {
  const site = await startToolPeer()
  site.answer = ({ url }, response) => {
    const { status = 200, type = 'text/html', headers = {}, body } = answers[url] ?? { status: 404, body: 'nothing' }
    response.writeHead(status, { 'content-type': type, ...headers }).end(body)
  }
  return site
}

/** A square of one color. */
export function paint(side: number, [red, green, blue]: [number, number, number]): Buffer {
  const png = new PNG({ width: side, height: side })
  for (let at = 0; at < png.data.length; at += 4) png.data.set([red, green, blue, 255], at)
  return PNG.sync.write(png)
}

/** What a shop with everything answers. */
export function shop(): Record<string, Answer> {
  return {
    '/': {
      body: `<!doctype html><html><head>
        <title>Harbour Lamps &amp; Lights</title>
        <meta name="description" content="Lamps  made
          by hand.">
        <meta property="og:site_name" content="Harbour Lamps">
        <meta name="theme-color" content="#0B5FFF" media="(prefers-color-scheme: light)">
        <link rel="icon" href="/icon.png" type="image/png" sizes="32x32">
        <link rel="manifest" href="/app.webmanifest">
        </head><body><img src="/logo.svg" alt="Our logo"></body></html>`,
    },
    '/icon.png': { type: 'image/png', body: paint(32, [200, 30, 40]) },
    '/app.webmanifest': {
      type: 'application/manifest+json',
      body: JSON.stringify({
        name: 'Lamps',
        theme_color: '#0b5fff',
        icons: [{ src: 'big.png', sizes: '192x192', type: 'image/png' }],
      }),
    },
    '/big.png': { type: 'image/png', body: paint(192, [200, 30, 40]) },
  }
}
