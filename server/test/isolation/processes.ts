// Which processes of isolated work run.
import { readFileSync, readdirSync } from 'node:fs'

/** Those that a server has started. */
export function childrenOf(pid: number): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      const [, , , parent] = readFileSync(`/proc/${name}/stat`, 'utf8').split(' ')
      return parent === String(pid) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('child.ts')
    } catch {
      return false
    }
  })
}
