// Results as tables of Markdown, as they stand in RESULTS.md.
export function printTable(head: string[], rows: string[][]): void {
  const rule = head.map(() => '---')
  for (const cells of [head, rule, ...rows]) process.stdout.write(`| ${cells.join(' | ')} |\n`)
  process.stdout.write('\n')
}
