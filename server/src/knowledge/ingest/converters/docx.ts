// DOCX: its paragraphs, headings, lists and tables; no comments, no hidden text, pictures as their descriptions.
import mammoth from 'mammoth'
import { checkArchive } from './archive.ts'
import { type Convert, corrupt } from './converter.ts'
import { documentOf } from './html-document.ts'
import { toMarkdown } from './to-markdown.ts'

export const convertDocx: Convert = async (bytes, { unpacked_bytes }) => {
  const { names, having } = await checkArchive(bytes, unpacked_bytes, 'vanish')
  if (!names.has('[Content_Types].xml')) throw corrupt('The file is not a whole document. Save it again.')
  const buffer = having.length === 0 ? bytes : await withoutHidden(bytes, having)
  const convertImage = mammoth.images.imgElement(async () => ({ src: '' }))
  const { value } = await mammoth.convertToHtml({ buffer }, { convertImage, externalFileAccess: false })
  return { text: toMarkdown(documentOf(value).body, null) }
}

/** Few documents have any. */
async function withoutHidden(bytes: Buffer, names: readonly string[]): Promise<Buffer> {
  const { removeHiddenRuns } = await import('./docx-hidden.ts')
  return removeHiddenRuns(bytes, names)
}
