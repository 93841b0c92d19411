// Texts of 2 MiB that are made to be slow to cut: cutting takes linear time.
import { expect, test } from 'vitest'
import { cutText } from '../../../src/knowledge/rules/cut-text.ts'

// Two MiB each: a step that looks at the whole text for each chunk would take minutes.
const repeat = (text: string) => text.repeat(2 ** 21 / text.length)
test.for([
  ['one line', repeat('a')],
  ['one line of words', repeat('abc ')],
  ['white space', `a${repeat(' ')}b`],
  ['characters that combine', repeat(' \u0301')],
  ['one grapheme', `a${repeat('\u0301')}`],
  ['emoji', repeat('👨‍👩‍👧')],
  ['open lists', repeat('- ')],
  ['nested lists', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}- a`).join('\n')],
  ['fences in items', repeat('- ```\n')],
  ['headers without tables', repeat('a\n-|\n')],
  ['one row', `${repeat('|a')}\n${repeat('|-')}`],
  ['code that does not end', `\`\`\`\n${repeat('a\n')}`],
  ['comments that do not end', repeat('<!--\n')],
  ['underlines', repeat('a\n=\n')],
] as const)('%s of 2 MiB', ([, text]) => {
  for (const method of ['fixed_size', 'structure_based'] as const) {
    for (const { content } of cutText(text, null, { method, chunk_size: 200, chunk_overlap: 100 })) {
      if (content.length > 200) expect(content.length).toBeLessThanOrEqual(200)
    }
  }
})
