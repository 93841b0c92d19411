// The bounds of an archive, checked by unpacking all of it before any other library sees it: its own numbers can lie.
import { type Entry, type ZipFile, fromBufferPromise } from 'yauzl'
import { ConversionFault } from '../conversion-fault.ts'
import { corrupt, tooLarge } from './converter.ts'

const max_ratio = 100
const max_entries = 10_000
/** Small archives of empty documents compress well. */
const always_allowed_bytes = 2 ** 20
const encrypted_flag = 1

/** Answers the names of its entries. */
export async function checkArchive(bytes: Buffer, unpacked_bytes: number): Promise<Set<string>> {
  const most = Math.min(unpacked_bytes, Math.max(always_allowed_bytes, bytes.length * max_ratio))
  const names = new Set<string>()
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true })
    let left = most
    for await (const entry of zip.eachEntry()) {
      if (entry.generalPurposeBitFlag & encrypted_flag) {
        throw new ConversionFault('encrypted', 'The file needs a password. Send it without one.')
      }
      names.add(entry.fileName)
      if (names.size > max_entries) throw tooLarge(`The file has more than ${max_entries} parts.`)
      left -= await measure(zip, entry, left)
    }
  } catch (error) {
    throw error instanceof ConversionFault ? error : corrupt(`The file is damaged: ${(error as Error).message}.`)
  }
  return names
}

/** The bytes that an entry really has. */
async function measure(zip: ZipFile, entry: Entry, most: number): Promise<number> {
  if (entry.uncompressedSize > most) throw tooMuch()
  const stream = await zip.openReadStreamPromise(entry)
  let bytes = 0
  let head = Buffer.alloc(0)
  for await (const part of stream as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > most) throw tooMuch()
    if (head.length < 4096) head = Buffer.concat([head, part.subarray(0, 4096)])
  }
  // Documents of these formats must not declare entities; others use them to grow without end or to read files.
  if (
    /\.(xml|rels)$/i.test(entry.fileName) &&
    /<!(DOCTYPE|ENTITY)/i.test(head.toString('latin1').replaceAll('\0', ''))
  ) {
    throw corrupt(`The file declares entities in ${entry.fileName}, which is not allowed.`)
  }
  return bytes
}

const tooMuch = () => tooLarge('The file unpacks to more than is allowed: 200 MiB, or 100 times its size.')
