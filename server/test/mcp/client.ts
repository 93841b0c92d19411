// Clients of the MCP server: the official one for either protocol, and one that sends what a test writes.
import { request } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

export type Era = 'modern' | 'legacy'

export interface Opened extends AsyncDisposable {
  readonly client: Client
}

export interface ClientOptions {
  url: string
  token: string
  era?: Era
  headers?: Record<string, string>
  /** Behind `/mcp`. */
  query?: string
  /** Of nodes: each request goes to the next one. */
  in_turn?: readonly string[]
}

/** The official client, as people use it. */
export async function openClient({
  url,
  token,
  era = 'modern',
  headers = {},
  query = '',
  in_turn = [url],
}: ClientOptions): Promise<Opened> {
  const mode = era === 'modern' ? ({ mode: { pin: '2026-07-28' } } as const) : ({ mode: 'legacy' } as const)
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: mode })
  let requests = -1
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp${query}`), {
    requestInit: { headers: { authorization: `Bearer ${token}`, ...headers } },
    fetch: (address, init) => fetch(String(address).replace(url, in_turn[(requests += 1) % in_turn.length]!), init),
  })
  await client.connect(transport)
  return { client, [Symbol.asyncDispose]: () => client.close() }
}

const modern_meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

export interface RawAnswer {
  status: number
  headers: Headers
  body: any // eslint-disable-line @typescript-eslint/no-explicit-any
}

/** Sends one body as it is. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}

/** With headers that `fetch` sets itself. */
export async function rawPost(
  url: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<{ status: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number }>()
  const sent = request(
    url,
    { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
    (response) => {
      response.resume()
      resolve({ status: response.statusCode! })
    },
  )
  sent.on('error', reject)
  sent.end(JSON.stringify(body))
  return promise
}

/** A request of either protocol, with what each needs. */
export function requestOf(method: string, params: Record<string, unknown> = {}, era: Era = 'legacy') {
  if (era === 'legacy') {
    return { body: { jsonrpc: '2.0', id: 1, method, params }, headers: { 'mcp-protocol-version': '2025-11-25' } }
  }
  const name = params['name'] ?? params['uri']
  return {
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: modern_meta } },
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
  }
}
