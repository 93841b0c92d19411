// DOCX: its paragraphs, headings, lists and tables; no comments, pictures as their descriptions.
import mammoth from 'mammoth'
import { checkArchive } from './archive.ts'
import { type Convert, corrupt } from './converter.ts'
import { documentOf } from './html-document.ts'
import { toMarkdown } from './to-markdown.ts'

export const convertDocx: Convert = async (bytes, { unpacked_bytes }) => {
  const names = await checkArchive(bytes, unpacked_bytes)
  if (!names.has('[Content_Types].xml')) throw corrupt('The file is not a whole document. Save it again.')
  const convertImage = mammoth.images.imgElement(async () => ({ src: '' }))
  const { value } = await mammoth.convertToHtml({ buffer: bytes }, { convertImage, externalFileAccess: false })
  return { text: toMarkdown(documentOf(value).body, null) }
}
