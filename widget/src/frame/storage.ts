// What the browser keeps. It may refuse, throw, or be full: then memory does, and the chat says so.
import type { Storage } from '../course/ports.ts'

/** The name that AnyReach's widget uses stays as it is. */
const isShared = (name: string) => name.startsWith('anyreach-')

export function openStorage(widget_id: string): Storage {
  const prefix = `parley-${widget_id}:`
  const memory = new Map<string, string>()
  const kept = findStorage()
  let isVolatile = kept === null
  const full = (name: string) => (isShared(name) ? name : prefix + name)
  return {
    isVolatile: () => isVolatile,
    get: (name) => memory.get(full(name)) ?? touch(() => kept!.getItem(full(name))) ?? null,
    set(name, value) {
      const isKept = touch(() => {
        kept!.setItem(full(name), value)
        return true
      })
      if (isKept) memory.delete(full(name))
      else {
        isVolatile = true
        memory.set(full(name), value)
      }
      return isKept === true
    },
    remove(name) {
      memory.delete(full(name))
      touch(() => kept!.removeItem(full(name)))
    },
    names: (start) => {
      const stored = touch(() => Object.keys(kept!)) ?? []
      const all = [...new Set([...stored, ...memory.keys()])]
      return all.filter((name) => name.startsWith(prefix + start)).map((name) => name.slice(prefix.length))
    },
  }
}

function findStorage(): globalThis.Storage | null {
  const found = touch(() => {
    localStorage.setItem('parley-probe', '1')
    localStorage.removeItem('parley-probe')
    return localStorage
  })
  return found ?? null
}

function touch<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
