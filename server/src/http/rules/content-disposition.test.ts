import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeDownload } from './content-disposition.ts'

it('names a file for old and new browsers', () => {
  expect(describeDownload('report 2.pdf')).toBe(`attachment; filename="report 2.pdf"; filename*=UTF-8''report%202.pdf`)
  expect(describeDownload('Übersicht "neu".pdf')).toBe(
    `attachment; filename="_bersicht _neu_.pdf"; filename*=UTF-8''%C3%9Cbersicht%20%22neu%22.pdf`,
  )
  expect(describeDownload('../../etc/passwd')).toBe(
    `attachment; filename=".._.._etc_passwd"; filename*=UTF-8''.._.._etc_passwd`,
  )
})

it('no name leaves the header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      const line = describeDownload(name)
      expect(line).toMatch(/^attachment; filename="[ \w.,()+-]*"; filename\*=UTF-8''[\w.!~%-]*$/)
      expect(decodeURIComponent(line.split("''")[1]!)).not.toMatch(/[/\\\p{Cc}]/u)
    }),
  )
})
