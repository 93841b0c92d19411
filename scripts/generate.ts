// Writes the generated files, and the generated parts of pages. With --check it only compares them.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOpenApiDocument, operations } from '@parley/contract'
import { settings } from '../server/src/settings.ts'
import { version } from '../server/src/base/version.ts'
import { readGuides, renderGuideTable } from '../site/src/pages.ts'
import { describeMachine, diagramFile, replaceBetween } from './diagrams/describe.ts'
import { drawMachine } from './diagrams/draw.ts'
import { machines } from './diagrams/machines.ts'
import { renderOwnOperations } from './own-operations.ts'
import { renderOperations } from './sdk/render-operations.ts'
import { renderTypes } from './sdk/render-types.ts'

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
  'sdk/src/generated/operations.ts': renderOperations(operations),
  'sdk/src/generated/types.ts': renderTypes(operations),
  ...Object.fromEntries(machines.map((machine) => [diagramFile(machine), drawMachine(machine)])),
}

/** Parts of pages that people write. */
const parts = [
  { page: 'docs/guides/README.md', mark: 'guides', text: renderGuideTable(readGuides()) },
  { page: 'docs/guides/coming-from-anyreach.md', mark: 'operations', text: await renderOwnOperations(root) },
  ...machines.map((machine) => ({
    page: machine.guide,
    mark: `machine: ${machine.name}`,
    text: describeMachine(machine),
  })),
]
for (const { page, mark, text } of parts) {
  files[page] = replaceBetween(files[page] ?? (await readFile(join(root, page), 'utf8')), mark, text)
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
