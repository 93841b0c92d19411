// What was changed, so that it can be undone and done again. Changes of one field in a row are one. Pure.
export interface History<T> {
  past: readonly T[]
  present: T
  future: readonly T[]
  /** Of the last change; null: the next one is a change of its own. */
  key: string | null
}

/** Enough for an hour of work; each is a definition that shares most of its parts with the next. */
const most_past = 200

export const startHistory = <T>(present: T): History<T> => ({ past: [], present, future: [], key: null })

export function change<T>(history: History<T>, present: T, key: string | null): History<T> {
  if (Object.is(present, history.present)) return history
  if (key !== null && key === history.key) return { ...history, present, future: [] }
  return { past: [...history.past, history.present].slice(-most_past), present, future: [], key }
}

export function undo<T>({ past, present, future }: History<T>): History<T> {
  const last = past.at(-1)
  if (last === undefined) return { past, present, future, key: null }
  return { past: past.slice(0, -1), present: last, future: [present, ...future], key: null }
}

export function redo<T>({ past, present, future }: History<T>): History<T> {
  const [first, ...rest] = future
  if (first === undefined) return { past, present, future, key: null }
  return { past: [...past, present], present: first, future: rest, key: null }
}
