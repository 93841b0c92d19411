// A body as lines that can be read and compared, and from which every byte of it could be told: no two bodies give the same lines.

/** What is short stands on one line, as it came. */
const line_characters = 110

/**
 * JSON without white space is broken into lines, which changes nothing that could not be undone; any other text, and JSON that is
 * written in another way, stands behind bars.
 */
export function tellBody(text: string): string[] {
  if (text === '') return []
  return isCompactJson(text)
    ? layOut(JSON.parse(text), '')
    : text.split('\n').map((line) => (line === '' ? '|' : `| ${line}`))
}

function isCompactJson(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === text
  } catch {
    return false
  }
}

function layOut(value: unknown, indent: string): string[] {
  const compact = JSON.stringify(value)
  if (compact.length + indent.length <= line_characters || typeof value !== 'object' || value === null) {
    return [indent + compact]
  }
  const inner = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map((item) => layOut(item, inner))
    : Object.entries(value).map(([name, item]) => {
        const [first = '', ...rest] = layOut(item, inner)
        return [`${inner}${JSON.stringify(name)}:${first.trimStart()}`, ...rest]
      })
  const lines = parts.flatMap((part, index) =>
    index < parts.length - 1 ? [...part.slice(0, -1), `${part.at(-1)},`] : part,
  )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return [indent + open, ...lines, indent + close]
}
