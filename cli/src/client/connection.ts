// The connection to the server: its address, the key, and error messages. Reads PARLEY_API_KEY.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFolder } from '@parley/server/data-folder'
import { type Client, ApiError, createClient, isUnanswered } from '@parley/sdk'
import { ClientError } from './faults.ts'
import { exit_codes } from './output.ts'
import { patientFetch } from './patient-fetch.ts'

export interface ConnectionOptions {
  url: string
  keyFile?: string
  org?: string
}

const max_key_bytes = 4096

/** Calls `work` with a client and turns failures into an `ClientError`. */
export async function withClient<T>(options: ConnectionOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const { url, org } = options
  checkUrl(url)
  const token = await readKey(options)
  const client = createClient({
    base_url: url,
    token,
    fetch: patientFetch(),
    timeout_ms: 0,
    ...(org === undefined ? {} : { organization_id: org }),
  })
  try {
    return await work(client)
  } catch (error) {
    throw explain(error, url)
  }
}

export function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null
  const isRight = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  if (!isRight)
    throw new ClientError(
      'the URL must look like http://localhost:8080, without a user name or password',
      exit_codes.usage,
    )
}

/** The key is never an argument, because every user of the machine can see arguments. */
async function readKey({ url, keyFile }: ConnectionOptions): Promise<string> {
  const given = keyFile === undefined ? (process.env['PARLEY_API_KEY'] ?? '') : await readKeyFile(keyFile)
  const key = given.trim() === '' && keyFile === undefined ? await readOwnKey(url) : given
  const where = keyFile === undefined ? 'PARLEY_API_KEY' : keyFile
  if (key.trim() === '')
    throw new ClientError(`no API key was given; set PARLEY_API_KEY or pass --key-file`, exit_codes.usage)
  if (!/^[\x21-\x7e]+$/.test(key.trim()))
    throw new ClientError(`${where} does not contain a valid key`, exit_codes.usage)
  return key.trim()
}

export async function readKeyFile(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8')
    return text.slice(0, max_key_bytes)
  } catch (error) {
    throw new ClientError(`could not read the key file: ${messageOf(error)}`, exit_codes.usage)
  }
}

const own_hosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** The key that the server wrote when it started for the first time; it is sent to this machine only. */
async function readOwnKey(url: string): Promise<string> {
  if (!own_hosts.has(new URL(url).hostname)) return ''
  return readFile(join(dataFolder(process.env['PARLEY_DATA_DIR']), 'admin-key'), 'utf8').catch(() => '')
}

export function explain(error: unknown, url: string): Error {
  if (error instanceof ClientError) return error
  if (error instanceof ApiError) {
    const isRefused = error.status === 401 || error.status === 403
    return new ClientError(describeAnswer(error), isRefused ? exit_codes.refused : exit_codes.failed)
  }
  if (isUnanswered(error)) {
    const reason = error.message.replace(/^The connection failed: /, '')
    return new ClientError(`could not connect to the server at ${url}: ${reason}`, exit_codes.unreachable)
  }
  if (error instanceof Error && 'code' in error) return new ClientError(messageOf(error))
  return error instanceof Error ? error : new Error(String(error))
}

export function describeAnswer({ status, message, errors, code, request_id }: ApiError): string {
  if (code === 'idempotency_key_reused') return 'another run is making the same change; try again'
  const faults = errors.map((fault) => `${fault.path} ${fault.message}`).join('; ')
  const request = request_id === null ? '' : ` (request ${request_id})`
  return `the server responded with ${status}: ${faults === '' ? message : faults}${request}`
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n', 1)[0] ?? ''
}
