// Caddy with deploy/Caddyfile in front of a server: over HTTPS, on ports of its own, with a certificate that it makes itself.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { deploy } from '../files.ts'
import { freePort, insist, run, until } from './commands.ts'

export interface Proxy extends AsyncDisposable {
  url: string
}

/** What is changed of it. */
interface CaddyConfig {
  apps: { http: { servers: { srv0: { listen: string[] } } }; pki?: object }
}

/** For `localhost`, Caddy is its own authority; it is not to be trusted by this machine. */
export async function startProxy(folder: string, https_port: number, server_port: number): Promise<Proxy> {
  const from = ['--config', join(deploy, 'Caddyfile'), '--adapter', 'caddyfile']
  const adapted = await run('env', 'PUBLIC_HOST=localhost', 'caddy', 'adapt', ...from)
  const config = JSON.parse(adapted.replace('parley:8080', `127.0.0.1:${server_port}`)) as CaddyConfig
  const { http } = config.apps
  http.servers.srv0.listen = [`127.0.0.1:${https_port}`]
  Object.assign(http, { http_port: await freePort(), https_port })
  config.apps.pki = { certificate_authorities: { local: { install_trust: false } } }
  Object.assign(config, { admin: { disabled: true }, storage: { module: 'file_system', root: join(folder, 'caddy') } })
  const file = join(folder, 'caddy.json')
  await writeFile(file, JSON.stringify(config))
  const child = spawn('caddy', ['run', '--config', file], { stdio: ['ignore', 'ignore', 'ignore'] })
  const url = `https://localhost:${https_port}`
  await until('the proxy answers', 30, async () => ((await ask(url, '/healthz')).statusCode === 200 ? true : null))
  return { url, [Symbol.asyncDispose]: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: string
  /** The caller's own address. */
  from?: string
}

async function ask(url: string, path: string, asked: Asked = {}): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body, from = '127.0.0.1' } = asked
  const options = { method, headers, localAddress: from, rejectUnauthorized: false, timeout: 20_000 }
  const sent = request(`${url}${path}`, options)
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return answer
}

/** What browsers and callers get through it. `key` is an admin's. */
export async function lookThroughProxy({ url }: Proxy, key: string): Promise<void> {
  const { headers } = await ask(url, '/healthz')
  insist(headers['strict-transport-security'] === 'max-age=31536000', 'through the proxy: HSTS')
  const signIn = (from: string, api_key: string) =>
    ask(url, '/auth/sign-in', {
      method: 'POST',
      // An address that the caller invents, which the proxy has to replace.
      headers: { 'content-type': 'application/json', 'x-parley-csrf': '1', 'x-forwarded-for': '203.0.113.9' },
      body: JSON.stringify({ api_key }),
      from,
    })
  const [cookie = ''] = (await signIn('127.0.0.1', key)).headers['set-cookie'] ?? []
  insist(cookie.startsWith('__Host-parley_session=') && cookie.includes('; Secure'), 'cookies are for HTTPS alone')
  let refused = 0
  for (let turn = 0; turn < 40; turn += 1) refused += (await signIn('127.0.0.5', 'ak_no.no')).statusCode === 429 ? 1 : 0
  insist(refused > 0, 'a caller who guesses is refused')
  insist((await signIn('127.0.0.6', key)).statusCode === 200, '… and another one behind the same proxy is not')
  const stream = await ask(url, '/admin/events', {
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream' },
  })
  const first = await Promise.race([once(stream, 'data'), pass(15_000, null)])
  insist(
    first !== null && stream.headers['content-type']!.startsWith('text/event-stream'),
    'streams are passed on as they come',
  )
  stream.destroy()
}
