// The image that deploy/Containerfile begins with, made on this machine: Debian by debootstrap, with the Node and the npm of this checkout.
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../files.ts'
import { run } from './commands.ts'

/** Returns the root folder. `folder` is empty. */
export async function makeBase(folder: string): Promise<string> {
  const base = join(folder, 'base')
  await run('debootstrap', '--variant=minbase', 'trixie', base)
  const local = join(base, 'usr', 'local')
  await mkdir(join(local, 'lib', 'node_modules'), { recursive: true })
  await mkdir(join(local, 'etc'), { recursive: true })
  await cp(join(root, 'node_modules', 'node', 'bin', 'node'), join(local, 'bin', 'node'))
  const packages = (await run('npm', 'root', '--global')).trim()
  await cp(join(packages, 'npm'), join(local, 'lib', 'node_modules', 'npm'), { recursive: true })
  for (const name of ['npm', 'npx'])
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name))
  await trustAsHere(base)
  return base
}

/** A machine behind a proxy of its own has certificates that Debian does not know. */
async function trustAsHere(base: string): Promise<void> {
  const given = (await run('npm', 'config', 'get', 'cafile')).trim()
  if (given === '' || given === 'null' || given === 'undefined') return
  const place = '/usr/local/etc/certificates.crt'
  await cp(given, join(base, place), { dereference: true })
  await writeFile(join(base, 'usr', 'local', 'etc', 'npmrc'), `cafile=${place}\n`)
}
