// Builds the package of the SDK as it is published: `sdk/dist`, with a package.json of its own. `npm publish sdk/dist` publishes it.
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'tsdown'
import { version } from '../server/src/base/version.ts'

const sdk = import.meta.dirname
const root = join(sdk, '..')
export const dist = join(sdk, 'dist')

const manifest = {
  name: '@parley/sdk',
  version,
  description: 'A typed client for Parley, a self-hosted server for conversations between people and AI agents',
  license: 'Apache-2.0',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20' },
  exports: {
    '.': { types: './index.d.ts', default: './index.js' },
    './webhooks': { types: './webhooks.d.ts', default: './webhooks.js' },
    './package.json': './package.json',
  },
}

export async function buildSdk(): Promise<void> {
  await rm(dist, { recursive: true, force: true })
  await build({ cwd: sdk, config: join(sdk, 'tsdown.config.ts') })
  await writeFile(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await cp(join(sdk, 'README.md'), join(dist, 'README.md'))
  await cp(join(root, 'LICENSE'), join(dist, 'LICENSE'))
  const parser = dirname(createRequire(join(sdk, 'package.json')).resolve('eventsource-parser'))
  const bundled = await readFile(join(parser, '..', 'LICENSE'), 'utf8')
  await writeFile(join(dist, 'THIRD-PARTY'), `index.js contains eventsource-parser, under this licence:\n\n${bundled}`)
}

if (import.meta.main) await buildSdk()
