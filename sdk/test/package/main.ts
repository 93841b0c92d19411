// Proves the package as others get it: built, packed, and installed alone in an empty folder. Needs the registry for the other versions of
// Node and TypeScript, and Chromium. `--fast`: only those that are here. `--runtimes`: Deno, Bun and workerd too.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildSdk, dist } from '../../build.ts'
import { useInBrowser } from './in-browser.ts'
import { measureSizes } from './sizes.ts'
import { startPeer } from './peer.ts'

const run = promisify(execFile)
const isFast = process.argv.includes('--fast')
const nodes = isFast ? [] : ['20', '22', '24']
const compilers = ['5.4.5', '5.9.3', '6.0.3', '7.0.2']
const runtimes: [name: string, args: string[]][] = [
  ['deno', ['run', '--allow-all', 'run.js']],
  ['bun', ['run', 'run.js']],
  ['workerd', ['test', 'worker.capnp']],
]
const bin = join(import.meta.dirname, '../../../node_modules/.bin')

async function step(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    const told = await work()
    process.stdout.write(`ok    ${name}${typeof told === 'string' ? `: ${told}` : ''}\n`)
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string }
    process.stdout.write(`FAIL  ${name}: ${message}\n${stdout}${stderr}\n`)
    process.exitCode = 1
  }
}

const folder = await mkdtemp(join(tmpdir(), 'parley-sdk-'))
await using peer = await startPeer()
try {
  await buildSdk()
  await step('sizes', measureSizes)
  await step('publint', () => run(join(bin, 'publint'), ['--strict', dist]))
  await step('are the types wrong', () => run(join(bin, 'attw'), ['--pack', dist, '--profile', 'esm-only']))
  const { stdout } = await run('npm', ['pack', dist, '--pack-destination', folder])
  await cp(join(import.meta.dirname, 'project'), folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', join(folder, stdout.trim())]
  await step('installs alone', async () => {
    await run('npm', install, { cwd: folder })
    const found = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))
    if (found.join() !== '@parley') throw new Error(`More was installed: ${found.join()}`)
  })
  const here = { cwd: folder, env: { ...process.env, PARLEY_PEER: peer.url } }
  await step(`runs on Node ${process.version}`, () => run(process.execPath, ['run.js'], here))
  for (const version of nodes)
    await step(`runs on Node ${version}`, () => run('npx', ['-y', '-p', `node@${version}`, 'node', 'run.js'], here))
  for (const [name, args] of process.argv.includes('--runtimes') ? runtimes : [])
    await step(`runs on ${name}`, () => run('npx', ['-y', '-p', name, name, ...args], here))
  await step('runs in Chromium', () => useInBrowser(folder, peer.url))
  for (const version of isFast ? [] : compilers)
    await step(`types with TypeScript ${version}`, () =>
      run('npx', ['-y', '-p', `typescript@${version}`, 'tsc', '-p', '.'], { cwd: folder }),
    )
} finally {
  await rm(folder, { recursive: true, force: true })
}
