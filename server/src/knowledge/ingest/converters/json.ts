// JSON and JSON Lines as lines of `path: value`; entries of a list are apart.
import { type Convert, TextBudget, corrupt, flatten } from './converter.ts'
import { decodeText } from './decode-text.ts'

const max_levels = 64

export const convertJson: Convert = (bytes, { text_bytes, charset }) => {
  const { text, warnings } = decodeText(bytes, charset)
  return { text: renderValue(parse(text, 'The file'), new TextBudget(text_bytes)), warnings }
}

export const convertJsonLines: Convert = (bytes, { text_bytes, charset }) => {
  const { text, warnings } = decodeText(bytes, charset)
  const budget = new TextBudget(text_bytes)
  const records: string[] = []
  let number = 0
  for (const line of text.split('\n')) {
    number += 1
    if (line.trim() !== '') records.push(renderValue(parse(line, `Line ${number}`), budget))
  }
  return { text: records.join('\n\n'), warnings }
}

/** Numbers stay as they are written. */
function parse(text: string, what: string): unknown {
  if (depthOf(text) > max_levels) throw corrupt(`${what} is nested more than ${max_levels} levels deep.`)
  try {
    return (JSON.parse as ParseWithSource)(text, (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined && source !== String(value) ? new Written(source) : value,
    )
  } catch (error) {
    if (error instanceof RangeError) throw error
    throw corrupt(`${what} is not valid JSON: ${(error as Error).message.slice(0, 200)}.`)
  }
}

/** Node has it; the types do not. */
type ParseWithSource = (
  text: string,
  revive: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown

class Written {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let at = 0; at < text.length && deepest <= max_levels; at += 1) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === 92) at += 1
      else if (code === 34) quoted = false
    } else if (code === 34) quoted = true
    else if (code === 91 || code === 123) deepest = Math.max(deepest, (depth += 1))
    else if (code === 93 || code === 125) depth -= 1
  }
  return deepest
}

function renderValue(value: unknown, budget: TextBudget): string {
  const lines: string[] = []
  const visit = (entry: unknown, path: string) => {
    if (Array.isArray(entry)) {
      for (const [at, each] of entry.entries()) {
        visit(each, `${path}[${at}]`)
        if (path === '' && typeof each === 'object') lines.push('')
      }
    } else if (typeof entry === 'object' && entry !== null && !(entry instanceof Written)) {
      for (const [key, each] of Object.entries(entry))
        visit(each, path === '' ? flatten(key) : `${path}.${flatten(key)}`)
    } else {
      const text = entry instanceof Written ? entry.text : flatten(String(entry))
      lines.push(budget.take(path === '' ? text : `${path}: ${text}`))
    }
  }
  visit(value, '')
  return lines.join('\n').trim()
}
