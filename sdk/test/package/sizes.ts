// What a page loads of the package, in bytes after gzip, as a bundler makes it.
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { dist } from '../../build.ts'

const entries = {
  'every operation': {
    at_most: 12 * 1024,
    code: `import { createClient } from './index.js'; globalThis.made = createClient({ base_url: '' })`,
  },
  'one call': {
    at_most: 4 * 1024,
    code: `import { call, operations } from './index.js'
      globalThis.made = call({ base_url: '' }, operations.endConversation, { conversation_id: '' })`,
  },
  webhooks: {
    at_most: 1536,
    code: `import { verifyWebhook } from './webhooks.js'; globalThis.made = verifyWebhook`,
  },
}

export async function measureSizes(): Promise<string> {
  const told: string[] = []
  for (const [name, { at_most, code }] of Object.entries(entries)) {
    const bytes = await sizeOf(code)
    told.push(`${name} ${bytes} of ${at_most}`)
    if (bytes > at_most) throw new Error(`${name} has ${bytes} bytes; at most ${at_most} are allowed`)
  }
  return told.join(', ')
}

async function sizeOf(code: string): Promise<number> {
  const entry = join(dist, 'entry.js')
  const plugin = {
    name: 'entry',
    resolveId: (id: string) => (id === 'entry' ? entry : null),
    load: (id: string) => (id === entry ? code : null),
  }
  const bundle = await rolldown({ input: 'entry', platform: 'browser', plugins: [plugin] })
  const { output } = await bundle.generate({ minify: true })
  return output.reduce((all, file) => all + (file.type === 'chunk' ? gzipSync(file.code, { level: 9 }).length : 0), 0)
}
