// What takes seconds to end a task: memory that grows slowly, and a server that was killed.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IsolationLimits, runIsolated } from '../../src/isolation/isolation.ts'
import { childrenOf } from './processes.ts'

const module = new URL('./modules.ts', import.meta.url)
let folder: string
let path: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-isolation-'))
  path = join(folder, 'file')
  writeFileSync(path, 'seven b')
})
afterAll(() => rmSync(folder, { recursive: true }))

const usual: IsolationLimits = { seconds: 60, memory_bytes: 256 * 2 ** 20, output_bytes: 2 ** 20 }

test('heap that grows ends it', async () => {
  const running = runIsolated({ module, options: ['heap', null], path }, usual, new AbortController().signal)
  await expect(running).rejects.toMatchObject({ kind: 'memory' })
})

test.for(['spin', 'wait'])('a process that does %s ends after its server was killed', async (name) => {
  const isolation = new URL('../../src/isolation/isolation.ts', import.meta.url).href
  const task = `{ module: new URL('${module.href}'), options: ['${name}', null], path: '${path}' }`
  const limits = JSON.stringify({ ...usual, seconds: 1 })
  const code = `import { runIsolated } from '${isolation}'
    await runIsolated(${task}, { ...${limits}, seconds: 1 }, new AbortController().signal)`
  const server = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' })
  let child: string | undefined
  await expect.poll(() => (child = childrenOf(server.pid!)[0])).toBeDefined()
  server.kill('SIGKILL')
  await expect.poll(() => existsSync(`/proc/${child}`), { timeout: 90_000 }).toBe(false)
})
