// One node as a process of its own, with so little memory that input which multiplies ends it, and callers who attack it.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Operation } from '@parley/contract'
import { type Client, createClient } from '@parley/sdk'
import { createOrganization, createTokenForUser, createUser } from '../../src/access/administration.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { openBrowser } from '../support/browser.ts'
import { createTestDatabase } from '../support/database.ts'
import { type ServerProcess, startServerProcess } from '../support/process.ts'
import { steadyTime } from '../support/steady-time.ts'

/** Four times what an idle node holds. */
const heap_megabytes = 256

export interface SmallNode extends AsyncDisposable {
  process: ServerProcess
  url: string
  /** As the admin of an organization. */
  client: Client
  send(request: Request): Promise<Answer>
  /** The credentials that an operation needs, whatever it is. */
  credentialsFor(operation: Operation): Record<string, string>
}

export interface Request {
  method: string
  path: string
  /** JSON, or invalid JSON. */
  body?: string
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  text: string
  bytes: number
  took_ms: number
  /** Of a processor, by the node meanwhile; all that it took, where the system does not tell. */
  spent_ms: number
}

export async function startSmallNode(): Promise<SmallNode> {
  await using stack = new AsyncDisposableStack()
  const { database, connection_string } = stack.use(await createTestDatabase())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-data-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const node = stack.use(
    startServerProcess({
      DATABASE_URL: connection_string,
      PARLEY_DATA_DIR: data_dir,
      NODE_OPTIONS: `--max-old-space-size=${heap_megabytes}`,
    }),
  )
  const url = await node.ready
  const administration = { database, ports: systemPorts }
  const { organization, secret } = await createOrganization(administration, { name: 'Loud' })
  const email = `user-${randomUUID()}@example.test`
  await createUser(administration, { email, organization: organization.id, role: 'admin' })
  const token = (await createTokenForUser(administration, { email })).secret
  const browser = openBrowser(url)
  await browser.client.signIn({ api_key: secret })
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
  const owned = stack.move()
  return {
    process: node,
    url,
    client: createClient({ base_url: url, token: secret, retries: 0 }),
    send: (request) => send(url, request, node.child.pid!),
    credentialsFor: ({ access }): Record<string, string> => {
      if (access === 'public') return { 'x-parley-csrf': '1' }
      if (access === 'session') return { 'x-parley-csrf': '1', cookie }
      return { authorization: `Bearer ${access === 'user' ? token : secret}` }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** How long a process has used processors so far; null: this system does not tell. */
function usedBy(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
    // Of a hundredth of a second each.
    return (Number(user) + Number(system)) * 10
  } catch {
    return null
  }
}

async function send(url: string, { method, path, body, headers = {} }: Request, pid: number): Promise<Answer> {
  const startedAt = steadyTime()
  const used_before = usedBy(pid)
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  const took_ms = steadyTime() - startedAt
  const used = usedBy(pid)
  const spent_ms = used === null || used_before === null ? took_ms : used - used_before
  return { status: response.status, text, bytes: Buffer.byteLength(text), took_ms, spent_ms }
}
