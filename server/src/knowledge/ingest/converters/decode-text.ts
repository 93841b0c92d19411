// From bytes to text: UTF-8, UTF-16, else what the bytes look like, else Windows-1252.
import { analyse } from 'chardet'
import { ConversionFault } from '../conversion-fault.ts'

export interface Decoded {
  text: string
  warnings: string[]
}

/** Encodings in which chance hardly makes a text: their guess is used where it decodes every byte. */
const multibyte = ['Shift_JIS', 'EUC-JP', 'EUC-KR', 'GB18030', 'Big5', 'ISO-2022-JP', 'ISO-2022-KR']
const sample_bytes = 65_536

/** `declared`: as the document itself says. */
export function decodeText(bytes: Buffer, declared: string | null = null): Decoded {
  const marked = byMark(bytes)
  if (marked !== null) return plain(decode(bytes, marked))
  const utf16 = looksLikeUtf16(bytes)
  if (utf16 !== null) return plain(decode(bytes, utf16))
  if (isBinary(bytes.subarray(0, sample_bytes))) throw notText()
  const strict = tryDecode(bytes, 'utf-8')
  if (strict !== null) return plain(strict)
  const asDeclared = declared === null ? null : tryDecode(bytes, declared)
  if (asDeclared !== null) return plain(asDeclared)
  if (isMostlyUtf8(bytes)) {
    return { text: decode(bytes, 'utf-8'), warnings: ['Some bytes are not UTF-8 and were replaced.'] }
  }
  const guess = guessEncoding(bytes)
  const text = guess === null ? null : tryDecode(bytes, guess)
  if (text !== null) return { text, warnings: [`The text is not UTF-8; it was read as ${guess}.`] }
  return {
    text: decode(bytes, 'windows-1252'),
    warnings: ['The text is not UTF-8; it was read as Windows-1252. Save it as UTF-8 if characters are wrong.'],
  }
}

const plain = (text: string): Decoded => ({ text, warnings: [] })

function byMark(bytes: Buffer): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return null
}

/** Without a mark: most second bytes of Latin text are 0, and no other. */
function looksLikeUtf16(bytes: Buffer): string | null {
  const sample = bytes.subarray(0, 4096)
  if (sample.length < 4 || bytes.length % 2 === 1) return null
  const zeros = [0, 0]
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2]! += 1
  const half = sample.length / 2
  if (zeros[1]! > half * 0.7 && zeros[0]! < half * 0.05) return 'utf-16le'
  if (zeros[0]! > half * 0.7 && zeros[1]! < half * 0.05) return 'utf-16be'
  return null
}

/** Text has no zeros, and hardly any control characters but those of lines. */
function isBinary(sample: Buffer): boolean {
  let controls = 0
  for (const byte of sample) {
    if (byte === 0) return true
    if (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b) controls += 1
  }
  return controls > 1 && controls > sample.length / 50
}

/** Few replaced characters among many of several bytes. */
function isMostlyUtf8(bytes: Buffer): boolean {
  const text = bytes.subarray(0, sample_bytes * 16).toString('utf8')
  let wrong = 0
  let right = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0xfffd) wrong += 1
    else if (code > 0x7f) right += 1
  }
  return right > wrong * 4
}

function guessEncoding(bytes: Buffer): string | null {
  const [best] = analyse(bytes.subarray(0, sample_bytes))
  return best && best.confidence >= 80 && multibyte.includes(best.name) ? best.name : null
}

const decode = (bytes: Buffer, encoding: string) => new TextDecoder(encoding).decode(bytes)

function tryDecode(bytes: Buffer, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function notText(): ConversionFault {
  return new ConversionFault('unsupported_type', 'The file is not of a type that can be read.')
}
