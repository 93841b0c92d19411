// How the console is built: into dist, hashed and compressed, for the server to send as it is.
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { type Plugin, defineConfig } from 'vite'
import { pagePaths } from './page-paths.ts'
import { slimContract } from './slim-contract.ts'

const api = 'http://127.0.0.1:8080'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [slimContract(), react(), tailwind(), pagePaths(), compressed()],
  build: {
    target: 'baseline-widely-available',
    // Nothing inline: the Content-Security-Policy allows files of this server only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  // `npm run dev:console` beside a running server.
  server: {
    proxy: {
      '/core': api,
      '/admin': api,
      '/auth': api,
      '/.well-known': api,
      '/knowledge-base': api,
      '^/workflow/': api,
    },
  },
})

/** Writes `.br` and `.gz` beside each file, so that no request is spent on compressing. */
function compressed(): Plugin {
  return {
    name: 'parley-compressed',
    apply: 'build',
    async writeBundle({ dir }) {
      const files = await readdir(dir!, { recursive: true })
      const texts = files.filter((file) => /\.(js|css|html|svg)$/.test(file))
      await Promise.all(texts.map((file) => compress(join(dir!, file))))
    },
  }
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path)
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content))
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
}
