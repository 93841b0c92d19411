// The operations that only Parley has: all of the contract but those that the guide compares with AnyReach's.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Operation, operations } from '@parley/contract'

export async function renderOwnOperations(root: string): Promise<string> {
  const guide = await readFile(join(root, 'docs/guides/coming-from-anyreach.md'), 'utf8')
  const compared = new Set([...guide.matchAll(/^\| `(\w+)` \| `[A-Z]+ \//gm)].map(([, id]) => id))
  const own = Object.values<Operation>(operations).filter(({ id }) => !compared.has(id))
  const rows = [...Map.groupBy(own, ({ tag }) => tag)].map(
    ([tag, all]) => `| ${tag} | ${all.map(({ id }) => `\`${id}\``).join(', ')} |`,
  )
  return ['| part | operations |', '| --- | --- |', ...rows].join('\n')
}
