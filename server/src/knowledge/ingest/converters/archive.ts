// The bounds of an archive, checked by unpacking all of it before any other library sees it: its own numbers can lie.
import { type Entry, type ZipFile, fromBufferPromise } from 'yauzl'
import { ConversionFault } from '../conversion-fault.ts'
import { corrupt, tooLarge } from './converter.ts'

const max_ratio = 100
const max_entries = 10_000
/** Small archives of empty documents compress well. */
const always_allowed_bytes = 2 ** 20
const encrypted_flag = 1

export interface Archive {
  /** Of its entries. */
  names: Set<string>
  /** Those of markup that has the word. */
  having: string[]
}

/** `word`: of at most ten characters. */
export async function checkArchive(
  bytes: Buffer,
  unpacked_bytes: number,
  word: string | null = null,
): Promise<Archive> {
  const most = Math.min(unpacked_bytes, Math.max(always_allowed_bytes, bytes.length * max_ratio))
  const names = new Set<string>()
  const having: string[] = []
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true })
    let left = most
    // Of one name there can be many.
    if (zip.entryCount > max_entries) throw tooLarge(`The file has more than ${max_entries} parts.`)
    for await (const entry of zip.eachEntry()) {
      if (entry.generalPurposeBitFlag & encrypted_flag) {
        throw new ConversionFault('encrypted', 'The file needs a password. Send it without one.')
      }
      names.add(entry.fileName)
      const { size, has_word } = await measure(zip, entry, left, word)
      if (has_word) having.push(entry.fileName)
      left -= size
    }
    checkEnd(zip, bytes)
  } catch (error) {
    if (error instanceof ConversionFault) throw error
    const why = (error as Error).message.replace(/\.$/, '')
    throw corrupt(`The file is damaged: ${why}.`)
  }
  return { names, having }
}

const entry_mark = 0x02014b50

/** The number of entries can lie too: other libraries read on. */
function checkEnd(zip: ZipFile, bytes: Buffer): void {
  const { readEntryCursor: end } = zip as ZipFile & { readEntryCursor: number }
  if (bytes.readUInt32LE(end) === entry_mark) throw corrupt('The file has more parts than it says.')
}

/** The bytes that an entry really has. */
async function measure(
  zip: ZipFile,
  entry: Entry,
  most: number,
  word: string | null,
): Promise<{ size: number; has_word: boolean }> {
  if (entry.uncompressedSize > most) throw tooMuch()
  // Each entry is described twice; libraries that read the other description would unpack something else.
  const { compressionMethod } = await zip.readLocalFileHeaderPromise(entry)
  if (compressionMethod !== entry.compressionMethod) throw corrupt(`The file is damaged in ${entry.fileName}.`)
  const isMarkup = /\.(xml|rels)$/i.test(entry.fileName)
  const stream = await zip.openReadStreamPromise(entry)
  let size = 0
  let has_word = false
  let before = ''
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length
    if (size > most) throw tooMuch()
    if (!isMarkup) continue
    // In UTF-16 every second byte is zero.
    const text = before + part.toString('latin1').replaceAll('\0', '')
    // Documents of these formats must not declare entities; others use them to grow without end or to read files.
    if (declaration.test(text)) {
      throw corrupt(`The file declares entities in ${entry.fileName}, which is not allowed.`)
    }
    has_word ||= word !== null && text.includes(word)
    before = text.slice(-10)
  }
  return { size, has_word }
}

const declaration = /<!(DOCTYPE|ENTITY)/i

const tooMuch = () => tooLarge('The file unpacks to more than is allowed: 200 MiB, or 100 times its size.')
