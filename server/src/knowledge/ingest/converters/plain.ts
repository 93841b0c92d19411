// Markdown and plain text: as they are.
import type { Convert } from './converter.ts'
import { decodeText } from './decode-text.ts'

export const convertText: Convert = (bytes, { charset }) => decodeText(bytes, charset)
