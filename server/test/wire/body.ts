// Writes a body as lines that can be read and compared and that preserve every byte: no two bodies give the same lines.

/** A short body is one line, unchanged. */
const line_characters = 110

/**
 * JSON without white space is broken into lines, which can be undone; any other text, and JSON in another
 * format, is written behind bars.
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
