// Containers of one image, by podman with runc, which needs no service. Everything is kept in a folder of its own.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../files.ts'
import { run } from './commands.ts'

export interface Podman {
  (...args: string[]): Promise<string>
}

/** With a store in this folder, so that nothing of the machine's own changes. */
export async function openPodman(folder: string): Promise<Podman> {
  const settings = join(folder, 'storage.conf')
  const lines = ['[storage]', 'driver = "vfs"', `runroot = "${folder}/run"`, `graphroot = "${folder}/store"`]
  await writeFile(settings, lines.join('\n'))
  process.env['CONTAINERS_STORAGE_CONF'] = settings
  process.env['PODMAN_IGNORE_CGROUPSV1_WARNING'] = '1'
  return (...args) => run('podman', '--runtime', 'runc', '--cgroup-manager', 'cgroupfs', ...args)
}

/** The image of the unchanged deploy/Containerfile, on this base. */
export async function buildImage(podman: Podman, base: string, name: string): Promise<void> {
  const archive = `${base}.tar`
  await run('tar', '--directory', base, '--create', '--file', archive, '.')
  await podman('import', archive, 'localhost/parley-base:latest')
  // Those of this process: a build would ask for more than a machine may allow.
  const [files, processes] = (await run('bash', '-c', 'ulimit -Hn; ulimit -Hu')).trim().split('\n')
  await run(
    'buildah',
    'build',
    ...['--isolation', 'chroot', '--pull=never', '--format', 'docker'],
    ...['--ulimit', `nofile=${files}:${files}`, '--ulimit', `nproc=${processes}:${processes}`],
    ...['--build-arg', 'BASE=localhost/parley-base:latest'],
    ...['--file', join(root, 'deploy', 'Containerfile'), '--tag', name],
    root,
  )
}
