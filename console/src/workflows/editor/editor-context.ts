// What the parts of the editor share: the definition, what is wrong with it, the step that is shown, and how to change it.
import type { WorkflowVersion } from '@parley/contract'
import { createContext, use } from 'react'
import { type Definition, type Path, findStep, readAt } from '../definition/definition.ts'
import { writeSetting, writeStep } from '../definition/edit.ts'
import { type Fault, faultsOfStep, isWithin } from '../definition/faults.ts'
import type { Samples } from '../definition/names.ts'

export interface Editor {
  workflow_id: string
  version: WorkflowVersion
  definition: Definition
  /** Of steps, so that no two are the same. */
  names: ReadonlyMap<string, string>
  faults: readonly Fault[]
  isReadOnly: boolean
  /** Of the last execution; empty: there was none, or it cannot be read. */
  samples: Samples
  /** `said` is read to people who do not see it. */
  change: (definition: Definition, said?: string) => void
  /** Of one field: what is written in a row is undone at once. */
  write: (step_id: string | null, path: Path, value: unknown) => void
}

export const EditorContext = createContext<Editor | null>(null)
export const useEditor = (): Editor => use(EditorContext)!

/** The step whose form it is; null: the settings of the workflow. */
export const PlaceContext = createContext<string | null>(null)

export const writePlace = (definition: Definition, step_id: string | null, path: Path, value: unknown): Definition =>
  step_id === null ? writeSetting(definition, path, value) : writeStep(definition, step_id, path, value)

export interface FieldPlace {
  step_id: string | null
  /** The path as one text, as faults have it. */
  key: string
  value: unknown
  error: string | null
  /** The fault of this place or of a part of it. */
  errorWithin: string | null
  isReadOnly: boolean
  write: (value: unknown) => void
}

/** A field of the form's step, or of the settings. */
export function useField(path: Path): FieldPlace {
  const { definition, faults, isReadOnly, write } = useEditor()
  const step_id = use(PlaceContext)
  const key = (step_id === null ? ['settings', ...path] : path).join('.')
  const within = faultsOfStep(faults, step_id).filter((fault) => isWithin(fault.path, key))
  const holder = step_id === null ? definition.settings : findStep(definition, step_id)
  const own = within.find((fault) => fault.path === key)
  return {
    step_id,
    key,
    value: readAt(holder, path),
    error: own ? sentence(own.message) : null,
    errorWithin: within[0] ? sentence(within[0].message) : null,
    isReadOnly,
    write: (value) => write(step_id, path, value),
  }
}

export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}
