// `parley import anyreach` when the other system is lost: it tries for about half a minute.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startTestServer } from '../../server/test/support/server.ts'
import { startPeer } from './anyreach-peer.ts'
import { runHere } from './run-here.ts'

it('says that the other system is lost, and not this server', async () => {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startTestServer())
  const peer = stack.use(await startPeer([], []))
  const folder = await mkdtemp(join(tmpdir(), 'parley-anyreach-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'key'), 'ak_there.key\n')
  peer.refuse = (path) => (path === '/core/conversations' ? 0 : null)
  const args = ['import', 'anyreach', '--from', peer.url, '--from-key-file', join(folder, 'key')]
  const environment = { PATH: process.env['PATH'] ?? '', PARLEY_URL: server.url, PARLEY_API_KEY: server.admin_key }
  const { code, stderr } = await runHere([...args, '--rate', '1000', '--state', join(folder, 'state')], environment)
  expect(code).toBe(5)
  expect(stderr).toContain(`could not connect to the server at ${peer.url}`)
  expect(stderr).not.toContain(server.url)
})
