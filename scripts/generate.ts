// Writes the generated files: docs/openapi.json and docs/settings.md. With --check it only compares them.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOpenApiDocument, operations } from '@parley/contract'
import { settings } from '../server/src/settings.ts'
import { version } from '../server/src/base/version.ts'

const root = join(import.meta.dirname, '..')

function renderSettings(): string {
  const rows = settings.map(({ name, default: value, meaning }) => `| \`${name}\` | ${value} | ${meaning} |`)
  return [
    '# Settings',
    '',
    'Environment variables, read once at startup. If any are invalid, the server lists them all and exits with code 2. This page',
    'is generated from the code by `npm run generate`.',
    '',
    '| setting | default | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

const files: Record<string, string> = {
  'docs/openapi.json': `${JSON.stringify(createOpenApiDocument(operations, version), null, 2)}\n`,
  'docs/settings.md': renderSettings(),
}

const isCheck = process.argv.includes('--check')
for (const [name, text] of Object.entries(files)) {
  const path = join(root, name)
  if (!isCheck) await writeFile(path, text)
  else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    console.error(`${name} is out of date; run \`npm run generate\``)
    process.exitCode = 1
  }
}
