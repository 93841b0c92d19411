// `npm run test:deploy`: carries out what the files of `deploy/` say, as far as one machine can. As root on Debian, with its packages
// debootstrap, buildah, podman, runc, caddy, systemd and systemd-container; a quarter of an hour. Exit code 0: everything held.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deploy } from '../files.ts'
import { makeBase } from './base.ts'
import { findMissing, insist, run, tell } from './commands.ts'
import { buildImage, openPodman } from './container.ts'
import { serveInMachine } from './machine.ts'
import { serveInContainer } from './serve.ts'

const needed = [
  ...['debootstrap', 'buildah', 'podman', 'runc', 'caddy', 'systemd-analyze'],
  ...['systemd-nspawn', 'unshare', 'chroot', 'tar', 'npm'],
]
/** Of systemd’s measure, where 100 is a service without any protection: the tenth part of what it shows. */
const most_exposed = 20

async function main(): Promise<number> {
  const missing = findMissing(needed)
  if (missing.length > 0) {
    process.stderr.write(`This proof needs ${missing.join(', ')}. Install Debian's packages that have them first.\n`)
    return 2
  }
  await lint()
  const folder = await mkdtemp(join(tmpdir(), 'parley-deploy-'))
  try {
    const base = await makeBase(folder)
    tell('a Debian is made, with Node and npm')
    const podman = await openPodman(folder)
    await buildImage(podman, base, 'localhost/parley:proof')
    tell('the image is built by the Containerfile')
    await serveInContainer(podman, 'localhost/parley:proof', folder)
    await serveInMachine(base, folder)
    return 0
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What is checked without being carried out. */
async function lint(): Promise<void> {
  const unit = join(deploy, 'parley.service')
  const threshold = `--threshold=${most_exposed}`
  await run('systemd-analyze', 'security', '--offline=true', threshold, '--no-pager', unit)
  tell(`systemd measures an exposure of the unit of at most ${most_exposed / 10} of 10`)
  // What it starts is not installed on this machine.
  const faults = await run('sh', '-c', `systemd-analyze verify ${unit} 2>&1 || true`)
  const others = faults.split('\n').filter((line) => line !== '' && !line.includes('is not executable'))
  insist(others.length === 0, `systemd knows every line of the unit${others.map((line) => `\n${line}`).join('')}`)
  const config = ['--config', join(deploy, 'Caddyfile'), '--adapter', 'caddyfile']
  await run('env', 'PUBLIC_HOST=parley.example.com', 'caddy', 'validate', ...config)
  tell('the proxy takes its configuration')
}

process.exitCode = await main()
