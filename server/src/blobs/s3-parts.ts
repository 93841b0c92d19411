// Parts of blobs in S3-compatible storage, each an object of its own. The operator names the storage, so it may be private, as the
// addresses of models are.
import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import type { Agent } from 'undici'
import { later } from '../base/later.ts'
import type { Ports } from '../base/ports.ts'
import { backoff, sleep } from '../base/retry.ts'
import { statement } from '../database/database.ts'
import type { PartStore } from './part-store.ts'
import type { S3Config } from './settings.ts'

/** Signed and sent as a whole; the most that an upload holds. */
const part_bytes = 524_288
/** Of one request, and how often it is sent. */
const request_ms = 30_000
const most_tries = 4
const waits = { first_ms: 200, longest_ms: 2000 }
const connections = 32
const connect_ms = 10_000
const deleted_at_once = 8
/** Of a part, or of the text of an error. */
const most_answer_bytes = 8_388_608

const beginStatement = statement(
  'begin_blob_part',
  `update blobs set parts = greatest(parts, $3::integer + 1)
   where organization_id = $1 and id = $2 and state = 'writing' returning id`,
)

export class S3Error extends Error {
  readonly status: number | null

  constructor(what: string, status: number | null, options?: ErrorOptions) {
    super(`the S3 storage could not ${what}`, options)
    this.status = status
  }
}

interface S3Request {
  method: 'GET' | 'PUT' | 'DELETE'
  object: string
  body?: Buffer
  /** When it was decided on: the storage refuses what arrives a quarter of an hour later. */
  at_ms: number
}

type S3Ports = Pick<Ports, 'clock' | 'random'>

async function openAgent(): Promise<Agent> {
  const { Agent: Pool } = await import('undici')
  return new Pool({ connections, connect: { timeout: connect_ms }, allowH2: false })
}

export function openS3Parts(config: S3Config, ports: S3Ports): PartStore & AsyncDisposable {
  const open = later(openAgent)
  const address = addressOf(config)
  const send = (request: S3Request, signal?: AbortSignal) =>
    sendAgain(ports, signal, async () =>
      sendOnce(await open(), config, `${address}/${request.object}`, request, ports, signal),
    )
  const nameOf = (key: string, position: number) => `${config.prefix}${key}/${position}`
  return {
    name: 's3',
    part_bytes,
    async write(database, { organization_id, blob_id, key, position, bytes }, signal) {
      // Before the row is asked: a node that stands still afterwards, for however long, cannot write what is deleted meanwhile.
      const at_ms = ports.clock.now()
      const begun = await database.query(beginStatement, [organization_id, blob_id, position])
      if (begun.length === 0) return false
      await send({ method: 'PUT', object: nameOf(key, position), body: bytes, at_ms }, signal)
      return true
    },
    async read(_database, key, position) {
      const { status, body } = await send({ method: 'GET', object: nameOf(key, position), at_ms: ports.clock.now() })
      return status === 404 ? null : body
    },
    async delete(_database, key, parts, signal) {
      for (let first = 0; first < parts; first += deleted_at_once) {
        const positions = Array.from({ length: Math.min(deleted_at_once, parts - first) }, (_, index) => first + index)
        const at_ms = ports.clock.now()
        await Promise.all(
          positions.map((position) => send({ method: 'DELETE', object: nameOf(key, position), at_ms }, signal)),
        )
      }
    },
    [Symbol.asyncDispose]: async () => open.loaded?.destroy(),
  }
}

function addressOf({ endpoint, bucket, path_style }: S3Config): string {
  if (path_style) return `${endpoint}/${bucket}`
  const url = new URL(endpoint)
  return `${url.protocol}//${bucket}.${url.host}`
}

interface S3Answer {
  status: number
  body: Buffer
}

/** What may pass is tried again; each try decides on its own time, except a write, whose time is that of its row. */
async function sendAgain(
  { clock, random }: S3Ports,
  signal: AbortSignal | undefined,
  attempt: () => Promise<S3Answer>,
): Promise<S3Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      const mayPass =
        !(error instanceof S3Error) || error.status === null || error.status === 429 || error.status >= 500
      if (!mayPass || tries >= most_tries) throw error
    }
    await sleep(clock, backoff(tries, { ...waits, random }), signal)
  }
}

async function sendOnce(
  agent: Agent,
  config: S3Config,
  address: string,
  { method, body, at_ms }: S3Request,
  { clock }: S3Ports,
  signal: AbortSignal | undefined,
): Promise<S3Answer> {
  const halt = new AbortController()
  const stopTimer = clock.after(request_ms, () => halt.abort(new Error(`no answer within ${request_ms} ms`)))
  const what = { GET: 'read a part', PUT: 'store a part', DELETE: 'delete a part' }[method]
  try {
    const signed = await new AwsV4Signer({
      ...{ method, url: address, service: 's3', region: config.region },
      ...{ accessKeyId: config.access_key_id, secretAccessKey: config.secret_access_key },
      datetime: new Date(at_ms).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
      headers: {
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
    }).sign()
    const { origin, pathname } = signed.url
    const answer = await agent.request({
      ...{ origin, path: pathname, method, headers: Object.fromEntries(signed.headers) },
      ...(body ? { body } : {}),
      signal: signal ? AbortSignal.any([signal, halt.signal]) : halt.signal,
    })
    const read = await readAnswer(answer.body)
    const { statusCode: status } = answer
    if ((status >= 200 && status <= 299) || (status === 404 && method !== 'PUT')) return { status, body: read }
    // Only its code: the rest of an answer can tell the key and the signature.
    const code = /<Code>(\w{1,64})<\/Code>/.exec(read.toString('utf8', 0, 1000))?.[1] ?? ''
    throw new S3Error(`${what}: it answered ${status} ${code}`.trimEnd(), status)
  } catch (error) {
    if (error instanceof S3Error) throw error
    throw new S3Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, null, { cause: error })
  } finally {
    stopTimer()
  }
}

async function readAnswer(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > most_answer_bytes) throw new Error('the answer is too long')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
