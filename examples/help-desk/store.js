// Keeps what the desk knows in one file. A change is on the disk before anybody is told that it was made.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export function openStore(file, empty) {
  let value = read(file) ?? empty
  return {
    get: () => value,
    /** `change` gets the value and returns the next one. */
    change(change) {
      const next = change(value)
      if (next === value) return
      write(file, next)
      value = next
    },
  }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

/** The old file is there until the new one is whole. */
function write(file, value) {
  const open = openSync(`${file}.new`, 'w')
  writeSync(open, JSON.stringify(value, null, 2))
  fsyncSync(open)
  closeSync(open)
  renameSync(`${file}.new`, file)
  const folder = openSync(dirname(file), 'r')
  fsyncSync(folder)
  closeSync(folder)
}
