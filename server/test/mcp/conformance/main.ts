// `npm run test:conformance`: the public conformance suite of the protocol, from the npm registry, against a server of its own, in both
// versions. Exit code 1 if a check fails that expected.ts does not explain, or passes although it does.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServerProcess } from '../../support/process.ts'
import { expected } from './expected.ts'

const suite = '@modelcontextprotocol/conformance@0.2.0-alpha.12'
const runs = { '2025-11-25': ['--spec-version', '2025-11-25'], '2026-07-28': ['--requirements', '2026-07-28'] }
const admin_key = 'ak_conformance.0123456789abcdef0123456789abcdef'

/** The suite sends no credential. Its `Host` and `Origin` arrive as it sends them, except for the port. */
function passOn(port: string) {
  const ours = (text: string | undefined) => text?.replace(/:\d+$/, `:${port}`)
  return (incoming: IncomingMessage, response: ServerResponse) => {
    const { host, origin } = incoming.headers
    const headers: OutgoingHttpHeaders = { ...incoming.headers, authorization: `Bearer ${admin_key}` }
    headers['host'] = ours(host)
    if (origin !== undefined) headers['origin'] = ours(origin)
    const place = { host: '127.0.0.1', port, path: '/mcp', method: incoming.method }
    const sent = request({ ...place, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    sent.on('error', () => response.destroy())
    incoming.pipe(sent)
  }
}

interface Check {
  id: string
  status: string
  errorMessage?: string
}

async function runSuite(url: string, options: readonly string[], folder: string): Promise<Check[]> {
  const command = ['-y', suite, 'server', '--url', url, ...options, '-o', folder]
  await once(spawn('npx', command, { stdio: ['ignore', 'ignore', 'inherit'] }), 'close')
  const scenarios = await readdir(folder)
  const read = async (scenario: string) =>
    JSON.parse(await readFile(join(folder, scenario, 'checks.json'), 'utf8')) as Check[]
  return (await Promise.all(scenarios.map(read))).flat()
}

async function main(): Promise<number> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'parley-conformance-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const model = { PARLEY_DEFAULT_MODEL: 'openai/none', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }
  const server = stack.use(startServerProcess({ ...model, PARLEY_BOOTSTRAP_KEY: admin_key }))
  const proxy = createServer(passOn(new URL(await server.ready).port)).listen(0, '127.0.0.1')
  stack.defer(() => void proxy.close())
  await once(proxy, 'listening')
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/mcp`
  const reasons = new Map(Object.entries(expected).flatMap(([reason, ids]) => ids.map((id) => [id, reason])))
  let isAsExpected = true
  for (const [version, options] of Object.entries(runs)) {
    const checks = await runSuite(url, options, join(folder, version))
    const failed = checks.filter(({ status }) => status === 'FAILURE')
    const passed = checks.filter(({ status }) => status === 'SUCCESS')
    const unexplained = failed.filter(({ id }) => !reasons.has(id))
    const wrongly = passed.filter(({ id }) => reasons.has(id))
    process.stdout.write(`${version}: ${passed.length} passed, ${failed.length} failed\n`)
    for (const [reason, those] of Map.groupBy(failed, ({ id }) => reasons.get(id)))
      if (reason !== undefined) process.stdout.write(`  ${those.length}: ${reason}\n`)
    for (const { id, errorMessage } of unexplained) process.stdout.write(`  unexplained: ${id}: ${errorMessage}\n`)
    for (const { id } of wrongly) process.stdout.write(`  passes now: ${id}\n`)
    isAsExpected &&= passed.length > 0 && unexplained.length + wrongly.length === 0
  }
  return isAsExpected ? 0 : 1
}

process.exitCode = await main()
