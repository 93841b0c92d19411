// Files as large as files may be: each within its bounds, which hold where the size of an archive is absolute too.
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { convertAlone, faultOf, usual } from './conversion.ts'
import { docx, paragraph } from './files.ts'

const mib = 2 ** 20

test('a file as large as allowed is converted within its bounds', async () => {
  const line = `${'Words in a line of text. '.repeat(4)}\n`
  const { text } = await convertAlone(line.repeat((19 * mib) / line.length), 'a.txt')
  expect(text.length).toBeGreaterThan(18 * mib)
  expect(usual.text_bytes).toBe(20 * mib)
})

test('an archive that unpacks to more than 200 MiB is too large, whatever its size', async () => {
  // Large enough for a hundred times its size to be more than that.
  const ballast = { name: 'word/media/noise', content: randomBytes(3 * mib) }
  const file = docx(paragraph('x'), [ballast, { name: 'word/media/zeros', content: Buffer.alloc(201 * mib) }])
  expect(file.length * 100).toBeGreaterThan(250 * mib)
  expect((await faultOf(convertAlone(file, 'a.docx'))).code).toBe('too_large')
})
