// The results of the growth measurement, as Markdown.
import type pg from 'pg'
import type { Explained } from './explain.ts'
import { indexUses } from './index-uses.ts'
import { printTable } from './table.ts'
import type { Touched } from './touched.ts'

export function printPlans(pages: Map<string, Explained>): void {
  process.stdout.write('### Plans of the pages\n\n')
  for (const [name, { lines }] of pages) {
    process.stdout.write(`${name}:\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n\n`)
  }
}

export function printStatements(name: string, { by_statement }: Touched): void {
  process.stdout.write(`### Statements of ${name}\n\n`)
  const head = (text: string) => `\`${text.slice(0, 110).replaceAll('|', '\\|').replaceAll('`', '')}\``
  const rows = by_statement.map(({ text, calls, buffers }) => [calls.toFixed(1), buffers.toFixed(1), head(text)])
  printTable(['calls', 'buffers per call', 'statement'], rows)
}

interface Index {
  name: string
  table: string
  size: string
  scans: string
}

export async function printIndexes(client: pg.Client): Promise<void> {
  const { rows } = await client.query<Index>(
    `select indexrelname as name, relname as table, pg_size_pretty(pg_relation_size(indexrelid)) as size, idx_scan as scans
     from pg_stat_user_indexes where schemaname = 'public' and relname !~ '^(bench|kysely)' order by relname, indexrelname`,
  )
  process.stdout.write('### Indexes\n\n')
  printTable(
    ['index', 'of', 'size', 'scans', 'purpose'],
    rows.map(({ name, table, size, scans }) => [
      name,
      table,
      size,
      scans,
      indexUses[name] ?? (name.endsWith('_pkey') ? 'unique rows' : '**unknown**'),
    ]),
  )
}
