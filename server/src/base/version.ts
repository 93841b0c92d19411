// The version of this server, from its package.json, and which of two is older.
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version

/** Whether one version is older than another, as in Semantic Versioning. A version that is not known is older than any. */
export function isOlder(one: string | null, other: string): boolean {
  if (one === null) return true
  const [own, others] = [partsOf(one), partsOf(other)]
  for (const [at, number] of own.numbers.entries()) {
    if (number !== others.numbers[at]) return number < (others.numbers[at] ?? 0)
  }
  // `1.0.0-beta` comes before `1.0.0`.
  if (own.pre === '' || others.pre === '') return own.pre !== '' && others.pre === ''
  return own.pre.localeCompare(others.pre, 'en', { numeric: true }) < 0
}

function partsOf(text: string): { numbers: number[]; pre: string } {
  const [, numbers = '0', pre = ''] = /^([\d.]+)(?:-([^+]*))?/.exec(text) ?? []
  const parts = numbers.split('.').map(Number)
  return { numbers: [0, 1, 2].map((at) => parts[at] ?? 0), pre }
}
