// The migrations of this version: numbered SQL files, whose names say what kind of migration they are.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const own_folder = join(import.meta.dirname, 'migrations')

/** The names, in their order, which is that of the files: `051-a-b.sql` comes before `051-a.sql`. */
export async function listMigrations(folder = own_folder): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return files.map((file) => file.replace(/\.sql$/, ''))
}

export function readMigration(name: string, folder = own_folder): Promise<string> {
  return readFile(join(folder, `${name}.sql`), 'utf8')
}
