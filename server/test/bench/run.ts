// Runs a program of bench/, and answers what it prints.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const folder = join(import.meta.dirname, '..', '..', '..', 'bench')

export async function run(program: string, ...parameters: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, program), ...parameters])
  return stdout
}
