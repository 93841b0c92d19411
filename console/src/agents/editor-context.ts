// How a field reads and writes its value in the edited agent.
import { createContext, use } from 'react'
import { type AgentDocument, type Path, isWithin, keyOf, readAt } from './document.ts'
import type { Fault, HeldText } from './editor-state.ts'

export interface Editor {
  document: AgentDocument
  faults: readonly Fault[]
  held: Readonly<Record<string, HeldText>>
  isReadOnly: boolean
  write: (path: Path, value: unknown) => void
  hold: (path: Path, held: HeldText | null) => void
}

export const EditorContext = createContext<Editor | null>(null)

export function useEditor(): Editor {
  return use(EditorContext)!
}

export interface FieldPlace {
  /** The path as one string. */
  key: string
  value: unknown
  /** The fault of this path. */
  error: string | null
  /** The fault of this path or of a part of it, for a field that edits the whole value. */
  errorWithin: string | null
  held: HeldText | undefined
  isReadOnly: boolean
  write: (value: unknown) => void
  hold: (held: HeldText | null) => void
}

export function useField(path: Path): FieldPlace {
  const { document, faults, held, isReadOnly, write, hold } = useEditor()
  const key = keyOf(path)
  const within = faults.filter((fault) => isWithin(fault.path, key))
  const error = within.find((fault) => fault.path === key)?.message ?? null
  const [first] = within
  const part = first && first.path.slice(key.length + 1)
  return {
    key,
    value: readAt(document, path),
    error,
    errorWithin: error ?? (first ? `${part}: ${first.message}` : null),
    held: held[key],
    isReadOnly,
    write: (value) => write(path, value),
    hold: (text) => hold(path, text),
  }
}
