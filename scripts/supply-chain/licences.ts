// Whether what Parley delivers may be delivered: the licences of production packages, as the bill of materials names them. Pure.

/** A part of a CycloneDX document. */
export interface Component {
  name: string
  version?: string
  licenses?: { license?: { id?: string; name?: string }; expression?: string }[]
}

/** Permissive: they ask for a notice at most. */
const permissive = new Set([
  '0BSD',
  'AFL-2.1',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'Python-2.0',
  'Unicode-3.0',
  'Unlicense',
  'Zlib',
])

/** What packages mean that do not say it by an identifier, each read in the file of its licence. */
export const read_by_hand: Readonly<Record<string, string>> = { duck: 'BSD-2-Clause' }

export function licenceOf({ name, licenses = [] }: Component): string | null {
  if (licenses.length === 0) return read_by_hand[name] ?? null
  const named = licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '')
  return named.length === 1 ? named[0]! : named.map((one) => `(${one})`).join(' AND ')
}

/** One line for each package that may not be delivered. */
export function judgeLicences(components: readonly Component[]): string[] {
  return components.flatMap((component) => {
    const licence = licenceOf(component)
    if (licence !== null && isPermissive(licence)) return []
    return [`${component.name}@${component.version ?? ''}: ${licence ?? 'no licence that is known'}`]
  })
}

/** Of an SPDX expression: with `OR` we choose, with `AND` all hold, and `AND` binds more closely. Anything else is refused. */
export function isPermissive(expression: string): boolean {
  const words = expression.match(/[()]|[^\s()]+/g) ?? []
  let at = 0
  const one = (): boolean => {
    if (words[at] !== '(') return permissive.has(words[at++] ?? '')
    at += 1
    const within = either()
    return words[at++] === ')' && within
  }
  const both = (): boolean => {
    let holds = one()
    while (words[at] === 'AND') {
      at += 1
      // Read in any case: the place moves on.
      const next = one()
      holds = holds && next
    }
    return holds
  }
  function either(): boolean {
    let holds = both()
    while (words[at] === 'OR') {
      at += 1
      const next = both()
      holds = holds || next
    }
    return holds
  }
  return either() && at === words.length
}
