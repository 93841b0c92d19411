// S3-compatible storage in memory: checks the signature, the time and the hash of every request, and fails as tests ask it to.
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { patient } from './patient-server.ts'

export interface S3Peer extends AsyncDisposable {
  /** For a server that keeps its files here. */
  settings(store?: 'postgres' | 's3'): Record<string, string>
  readonly objects: Map<string, Buffer>
  /** Each request as `PUT name`, those that failed too. */
  readonly requests: string[]
  /** Called before each request is answered: a status instead, or null. It may wait. */
  trouble: ((method: string, name: string) => number | null | Promise<number | null>) | null
  /** Added to the peer's clock. */
  skew_ms: number
}

const region = 'eu-test-1'
const bucket = 'parley-files'
const access_key_id = 'AKTEST'
const secret_access_key = 'the secret of the tests'
const most_skew_ms = 900_000

export async function startS3Peer(): Promise<S3Peer> {
  const objects = new Map<string, Buffer>()
  const requests: string[] = []
  const server = createServer(patient, async (request, response) => {
    const body = await readAll(request)
    const name = decodeURIComponent(request.url!.replace(`/${bucket}/`, ''))
    requests.push(`${request.method} ${name}`)
    const status = (await peer.trouble?.(request.method!, name)) ?? judge(request, body, Date.now() + peer.skew_ms)
    const answer = (code: number, content: Buffer | string = '') => response.writeHead(code).end(content)
    if (status !== null)
      return void answer(
        status,
        `<Error><Code>Test${status}</Code><AWSAccessKeyId>${access_key_id}</AWSAccessKeyId></Error>`,
      )
    if (request.method === 'PUT') {
      objects.set(name, body)
      return void answer(200)
    }
    const object = objects.get(name)
    if (request.method === 'DELETE') objects.delete(name)
    if (request.method === 'DELETE') return void answer(204)
    return void (object ? answer(200, object) : answer(404))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const peer: S3Peer = {
    objects,
    requests,
    trouble: null,
    skew_ms: 0,
    settings: (store = 's3') => ({
      PARLEY_BLOB_STORE: store,
      PARLEY_S3_ENDPOINT: `http://127.0.0.1:${port}`,
      PARLEY_S3_REGION: region,
      PARLEY_S3_BUCKET: bucket,
      PARLEY_S3_PREFIX: '/files/of-tests/',
      PARLEY_S3_ACCESS_KEY_ID: access_key_id,
      PARLEY_S3_SECRET_ACCESS_KEY: secret_access_key,
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
  return peer
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

const hash = (content: Buffer | string) => createHash('sha256').update(content).digest('hex')
const sign = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest()

/** The status of a refusal; null: the request is as it must be. */
function judge({ method, url, headers }: IncomingMessage, body: Buffer, now: number): number | null {
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    )
  const time = String(headers['x-amz-date'])
  if (!authorization) return 403
  const [, id, day, named_region, signed = '', signature] = authorization
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (id !== access_key_id || named_region !== region || !time.startsWith(day!)) return 403
  if (!(Math.abs(now - at) <= most_skew_ms)) return 403
  if (headers['x-amz-content-sha256'] !== hash(body)) return 400
  const names = signed.split(';')
  if (!['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => names.includes(name))) return 403
  const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join('')
  const canonical = [method, url, '', lines, signed, hash(body)].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const keys = [day!, region, 's3', 'aws4_request']
  const key = keys.reduce<Buffer | string>((above, part) => sign(above, part), `AWS4${secret_access_key}`)
  const expected = sign(key, ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n')).toString('hex')
  return signature === expected ? null : 403
}
