// The migrations of this version: numbered SQL files.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'migrations')

/** The names, in their order. */
export async function listMigrations(): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return files.map((file) => file.replace(/\.sql$/, ''))
}

export function readMigration(name: string): Promise<string> {
  return readFile(join(folder, `${name}.sql`), 'utf8')
}
