// Receives files: from the body of a request or the part of a form straight into blobs, bounded in time, bytes and number, without
// holding more than a part in memory.
import type { Readable } from 'node:stream'
import type { Operation } from '@parley/contract'
import multipart, { type Multipart, type MultipartFile } from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError, invalid } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { makeStorable } from '../base/text.ts'
import { BlobQuotaExceeded, BlobTooLarge } from '../blobs/blobs.ts'
import { blobSettings } from '../blobs/settings.ts'
import type { ReceivedFile } from '../calls/call.ts'
import type { Core } from '../calls/core.ts'
import { type RootStore, openStore } from '../database/store.ts'
import type { Connections } from './connections.ts'
import { parseJsonBody } from './rules/json-body.ts'

/** On a node. */
const most_uploads = 32
/** One organization leaves half of them to the others. */
const most_of_organization = 16
const silence_ms = 30_000
const whole_ms = 600_000
const metadata_bytes = 65_536
/** What a form has besides the file. */
const form_bytes = 1_048_576
/** Of a part. */
const header_bytes = 8192
/** A file, its metadata, and what callers send beside them and nobody reads. */
const most_parts = 12

export interface Upload {
  readonly file: ReceivedFile
  /** As sent; undefined: there was none. */
  readonly metadata: unknown
}

export interface Uploads {
  /** Whether this request carries a file. */
  isUpload(request: FastifyRequest, operation: Operation): boolean
  /** Stores the file. Nothing is left of one that is refused. */
  receive(request: FastifyRequest, operation: Operation): Promise<Upload>
  /** The call was refused, or had been answered before. */
  discard(request: FastifyRequest, upload: Upload): Promise<void>
}

export function createUploads(core: Core, connections: Pick<Connections, 'keepsOwnTime'>): Uploads {
  const places = createPlaces()
  const discard = async (store: RootStore, { blob }: ReceivedFile): Promise<void> => {
    // It expires by itself too, and the reason must not hide what the call was refused for.
    await core.blobs.discard(store, blob.id).catch((error: unknown) => {
      core.log.debug({ err: error }, 'could not discard a file; it expires within a day')
    })
  }
  const { file_bytes } = core.config.of(blobSettings)
  return {
    isUpload: (request, { upload }) => upload !== undefined && (upload.form === 'raw' || request.isMultipart()),
    async receive(request, { upload }) {
      const store = storeOf(core, request)
      const isForm = upload!.form === 'multipart'
      requireSize(request, file_bytes + (isForm ? form_bytes : 0))
      using _place = places.take(store.organization_id)
      using bounds = startBounds(core.ports.clock)
      connections.keepsOwnTime(request.raw)
      const put = async (
        content: Readable,
        named: Pick<ReceivedFile, 'name' | 'media_type'>,
      ): Promise<ReceivedFile> => {
        const options = { max_bytes: file_bytes, signal: bounds.signal }
        return { ...named, blob: await core.blobs.put(store, receivePieces(content, bounds), options) }
      }
      try {
        if (isForm) {
          using _size = boundSize(request.raw, file_bytes + form_bytes, bounds.stop)
          return await receiveForm(request, bounds, put, (file) => discard(store, file))
        }
        const file = await put(request.raw, { name: null, media_type: request.headers['content-type'] ?? null })
        return { file, metadata: undefined }
      } catch (error) {
        throw toRefusal(error)
      }
    },
    discard: (request, { file }) => discard(storeOf(core, request), file),
  }
}

/** Before the body is read. */
export function refuseEncodedBody({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding']
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return
  throw new AppError('unsupported_media_type', 'The body must not have a Content-Encoding. Send it as it is.')
}

/** Routes that take a file read no body before their handler, except JSON beside a form. */
export async function acceptUploads<Each extends Operation>(
  server: FastifyInstance,
  operations: readonly Each[],
  register: (within: FastifyInstance, operation: Each) => void,
): Promise<void> {
  const of = (form: 'raw' | 'multipart') => operations.filter(({ upload }) => upload?.form === form)
  await server.register(async (raw) => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('*', (_request, _payload, done) => done(null))
    for (const operation of of('raw')) register(raw, operation)
  })
  await server.register(async (forms) => {
    // The parser knows `headerSize`; the plugin's types do not.
    const limits = { fileSize: Infinity, fieldNameSize: 100, fieldSize: metadata_bytes, parts: most_parts }
    const ofHeaders = { headerPairs: 20, headerSize: header_bytes }
    await forms.register(multipart, { throwFileSizeLimit: false, limits: { ...limits, ...ofHeaders } })
    for (const operation of of('multipart')) register(forms, operation)
  })
}

function storeOf({ database }: Core, { principal }: FastifyRequest): RootStore {
  if (principal?.kind !== 'member' && principal?.kind !== 'resource') throw new Error('an upload has no organization')
  return openStore(database, principal.access.organization_id)
}

function requireSize({ headers }: FastifyRequest, most: number): void {
  if (Number(headers['content-length'] ?? 0) > most) throw new AppError('file_too_large')
}

/** Counts also what the reader of forms skips: what stands around the parts, and the rest of what is too long. */
function boundSize(request: Readable, most: number, stop: (reason: AppError) => void): Disposable {
  let bytes = 0
  const count = (piece: Uint8Array) => {
    bytes += piece.length
    if (bytes > most) stop(new AppError('file_too_large'))
  }
  request.on('data', count)
  return { [Symbol.dispose]: () => void request.off('data', count) }
}

type Put = (content: Readable, named: Pick<ReceivedFile, 'name' | 'media_type'>) => Promise<ReceivedFile>

async function receiveForm(
  request: FastifyRequest,
  bounds: Bounds,
  put: Put,
  discard: (file: ReceivedFile) => Promise<void>,
): Promise<Upload> {
  let file: ReceivedFile | undefined
  let metadata: unknown
  const parts = request.parts()[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await bounds.within(parts.next())
      if (next.done) break
      const part: Multipart = next.value
      if (part.fieldname === 'metadata') metadata = await readMetadata(part, bounds)
      else if (part.type === 'file') file = await put(...fileOf(part, file))
    }
    if (file === undefined) throw invalid({ path: 'file', message: 'is required' })
    return { file, metadata }
  } catch (error) {
    // What still arrives is discarded until the connection closes.
    request.raw.unpipe()
    if (file) await discard(file)
    throw error
  }
}

function fileOf(part: MultipartFile, before: ReceivedFile | undefined): Parameters<Put> {
  if (part.fieldname !== 'file')
    throw invalid({ path: part.fieldname, message: 'must not be a file; send it as `file`' })
  if (before) throw invalid({ path: 'file', message: 'must be one file' })
  return [part.file, { name: makeStorable(part.filename ?? '') || null, media_type: part.mimetype || null }]
}

/** JSON, whether the client calls it a text, JSON, or a file. */
async function readMetadata(part: Multipart, bounds: Bounds): Promise<unknown> {
  if (part.type === 'file') {
    const pieces: Uint8Array[] = []
    let bytes = 0
    for await (const piece of receivePieces(part.file, bounds)) {
      bytes += piece.length
      if (bytes > metadata_bytes) throw tooLong
      pieces.push(piece)
    }
    return parseMetadata(Buffer.concat(pieces))
  }
  if (part.valueTruncated) throw tooLong
  return typeof part.value === 'string' ? parseMetadata(Buffer.from(part.value)) : part.value
}

const tooLong = invalid({ path: 'metadata', message: `must have at most ${metadata_bytes} bytes` })

function parseMetadata(bytes: Buffer): unknown {
  try {
    return parseJsonBody(bytes)
  } catch {
    throw invalid({ path: 'metadata', message: 'must be JSON' })
  }
}

/** Leaves the connection open when it is abandoned, so that the refusal can be sent. */
async function* receivePieces(content: Readable, { within }: Pick<Bounds, 'within'>): AsyncGenerator<Uint8Array> {
  const pieces = content.iterator({ destroyOnReturn: false })
  for (;;) {
    const next = await within(pieces.next())
    if (next.done) return
    yield next.value as Uint8Array
  }
}

type Bounds = ReturnType<typeof startBounds>

/** Silence counts only while the server waits for the client. */
function startBounds({ after }: Pick<Clock, 'after'>) {
  const halt = new AbortController()
  const stopped = Promise.withResolvers<never>()
  stopped.promise.catch(() => {})
  const stop = (reason: AppError) => {
    halt.abort(reason)
    stopped.reject(reason)
  }
  const timeOut = () => stop(new AppError('upload_timed_out'))
  const clearWhole = after(whole_ms, timeOut)
  return {
    signal: halt.signal,
    stop,
    async within<T>(arriving: Promise<T>): Promise<T> {
      const clearSilence = after(silence_ms, timeOut)
      // What is still awaited may fail later, when nobody waits any more.
      arriving.catch(() => {})
      try {
        return await Promise.race([stopped.promise, arriving])
      } catch (error) {
        throw error instanceof AppError ? error : new AppError('malformed_request', broken, {}, { cause: error })
      } finally {
        clearSilence()
      }
    },
    [Symbol.dispose]: clearWhole,
  }
}

const broken = 'The upload broke off, or its form is not valid. Send it again.'

function toRefusal(error: unknown): unknown {
  if (error instanceof BlobTooLarge) return new AppError('file_too_large', undefined, {}, { cause: error })
  if (error instanceof BlobQuotaExceeded) return new AppError('quota_exceeded', undefined, {}, { cause: error })
  return error
}

function createPlaces() {
  const taken = new Map<string, number>()
  let all = 0
  return {
    take(organization_id: string): Disposable {
      const own = taken.get(organization_id) ?? 0
      if (all >= most_uploads || own >= most_of_organization) throw new AppError('rate_limited', tooMany)
      taken.set(organization_id, own + 1)
      all += 1
      return {
        [Symbol.dispose]() {
          const left = taken.get(organization_id)! - 1
          if (left > 0) taken.set(organization_id, left)
          else taken.delete(organization_id)
          all -= 1
        },
      }
    },
  }
}

const tooMany = 'Too many uploads are under way on this server. Wait for one to end, then send this one again.'
