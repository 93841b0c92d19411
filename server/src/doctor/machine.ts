// Looks at this machine: the data folder's rights, and the space on its disk.
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { type Finding, fail, ok, warn } from './finding.ts'

export async function examineFolder(data_dir: string): Promise<Finding> {
  const found = await stat(data_dir).catch(() => null)
  if (found === null) return warn('folder', `${data_dir} does not exist`, 'The server creates it when it starts.')
  try {
    await access(data_dir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return fail('folder', `${data_dir} cannot be written`, 'Let it belong to the user that runs the server.')
  }
  if ((found.mode & 0o007) !== 0 && (found.mode & 0o006) !== 0)
    return warn('folder', `other users can read ${data_dir}`, `It contains keys. Run: chmod 700 ${data_dir}`)
  return ok('folder', data_dir)
}

const little_bytes = 200 * 1024 * 1024
const some_bytes = 1024 * 1024 * 1024

export async function examineDisk(data_dir: string): Promise<Finding> {
  const found = await statfs(data_dir).catch(() => statfs('.'))
  const free = found.bavail * found.bsize
  const message = `${(free / 1024 ** 3).toFixed(1)} GiB are free`
  if (free < little_bytes) return fail('disk', message, 'Free some space: PostgreSQL stops when the disk is full.')
  if (free < some_bytes) return warn('disk', message, 'Free some space soon.')
  return ok('disk', message)
}
