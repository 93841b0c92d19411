// Results as Markdown tables, as in RESULTS.md.
export function printTable(head: string[], rows: string[][]): void {
  const rule = head.map(() => '---')
  for (const cells of [head, rule, ...rows]) process.stdout.write(`| ${cells.join(' | ')} |\n`)
  process.stdout.write('\n')
}
