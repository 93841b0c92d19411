// Most of a start is loading code, and compiling it takes the longest: compiled code is kept, if possible since the installation.
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataFolder } from './config/data-folder.js'

const folder = dataFolder(process.env['PARLEY_DATA_DIR'])
const kept = join(folder, 'compile-cache')

/** Filled when the packages are installed, so that a first start finds most of it. */
const of_installation = join(import.meta.dirname, '..', 'dist', 'compiled')

let isKept = false
/** Where it is kept before there is a data folder. */
let temporary

export function keepCompiledCode(elsewhere) {
  if (isKept) return
  isKept = true
  if (elsewhere !== undefined) enableCompileCache(elsewhere)
  else if (isOurs(of_installation)) enableCompileCache(of_installation)
  else if (existsSync(folder)) enableCompileCache(kept)
  else enableCompileCache((temporary = createTemporary()))
}

/** Another user's files would keep the owner of the installation from writing their own. */
const isOurs = (path) => statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.()

export async function keepCompiledCodeOfInstallation() {
  await rm(of_installation, { recursive: true, force: true })
  await mkdir(of_installation, { recursive: true })
  enableCompileCache(of_installation)
}

function createTemporary() {
  try {
    const path = mkdtempSync(join(tmpdir(), 'parley-code-'))
    process.on('exit', () => rmSync(path, { recursive: true, force: true }))
    return path
  } catch {
    // Without a place, code is compiled at each start.
  }
}

export async function writeCompiledCode() {
  flushCompileCache()
  if (temporary === undefined || !existsSync(folder)) return
  await cp(temporary, kept, { recursive: true })
}
