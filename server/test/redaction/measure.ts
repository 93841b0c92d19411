// Measures what redaction finds in texts whose personal data is marked.
import { redactedKinds } from '@parley/contract'
import { redactorOf } from '../../src/redaction/rules/redaction.ts'
import type { RedactedKind } from '../../src/redaction/rules/types.ts'
import { withPersonalData, withoutPersonalData } from './texts.ts'

export const allKinds = redactorOf({ rules: [...redactedKinds] })!

const mark = new RegExp(`\\{(${redactedKinds.join('|')})\\|([^}]*)\\}`, 'g')

interface Marked {
  text: string
  /** As it should become. */
  expected: string
  values: { kind: RedactedKind; value: string }[]
}

export function readMarks(marked: string): Marked {
  const values = [...marked.matchAll(mark)].map(([, kind, value]) => ({ kind: kind as RedactedKind, value: value! }))
  return { text: marked.replaceAll(mark, '$2'), expected: marked.replaceAll(mark, '[$1]'), values }
}

export interface Measured {
  texts: number
  /** By kind: how many values there are, and how many are gone. */
  found: Record<RedactedKind, { all: number; gone: number }>
  /** Texts that did not become what they should. */
  wrong: { text: string; became: string }[]
  /** Texts without personal data that were changed. */
  false_alarms: string[]
}

export function measure(): Measured {
  const found = Object.fromEntries(redactedKinds.map((kind) => [kind, { all: 0, gone: 0 }])) as Measured['found']
  const measured: Measured = {
    texts: withPersonalData.length + withoutPersonalData.length,
    found,
    wrong: [],
    false_alarms: withoutPersonalData.filter((text) => allKinds.redactText(text) !== text),
  }
  for (const marked of withPersonalData) {
    const { text, expected, values } = readMarks(marked)
    const became = allKinds.redactText(text)
    if (became !== expected) measured.wrong.push({ text, became })
    for (const { kind, value } of values) {
      found[kind].all += 1
      if (!became.includes(value)) found[kind].gone += 1
    }
  }
  return measured
}
