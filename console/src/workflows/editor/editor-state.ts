// The state of the editor: the version as stored, what was made of it, and what is wrong with it. Pure.
import type { WorkflowVersion } from '@parley/contract'
import type { Definition } from '../definition/definition.ts'
import { type Fault, type Told, placeFaults, withoutFaults } from '../definition/faults.ts'
import { type History, change, redo, startHistory, undo } from '../definition/history.ts'

export interface EditorState {
  version: WorkflowVersion
  history: History<Definition>
  /** The very object that is stored. */
  saved: Definition
  faults: readonly Fault[]
  warnings: readonly string[]
}

export type EditorEvent =
  /** `key` is that of the field that is written; null: the change stands alone. */
  | { type: 'changed'; definition: Definition; key: string | null; place?: { step_id: string | null; path: string } }
  | { type: 'undone' | 'redone' | 'paused' }
  | { type: 'saved'; version: WorkflowVersion; sent: Definition }
  | { type: 'refused'; told: readonly Told[]; sent: Definition }
  | { type: 'replaced'; version: WorkflowVersion; definition: Definition }

export const definitionOf = ({ definition }: WorkflowVersion) => definition as unknown as Definition

export function startEditing(version: WorkflowVersion): EditorState {
  const definition = definitionOf(version)
  return {
    version,
    history: startHistory(definition),
    saved: definition,
    faults: placeFaults(version.problems, definition),
    warnings: version.warnings,
  }
}

export function changeEditor(state: EditorState, event: EditorEvent): EditorState {
  switch (event.type) {
    case 'changed': {
      const { definition, key, place } = event
      const faults = place ? withoutFaults(state.faults, place.step_id, place.path) : state.faults
      return { ...state, history: change(state.history, definition, key), faults: faultsIn(faults, definition) }
    }
    case 'undone':
      return { ...state, history: undo(state.history) }
    case 'redone':
      return { ...state, history: redo(state.history) }
    case 'paused':
      return state.history.key === null ? state : { ...state, history: { ...state.history, key: null } }
    case 'saved': {
      const { version, sent } = event
      const { problems, warnings } = version
      const faults = faultsIn(placeFaults(problems, sent), state.history.present)
      return { ...state, version, saved: sent, faults, warnings }
    }
    case 'refused':
      return { ...state, faults: faultsIn(placeFaults(event.told, event.sent), state.history.present) }
    case 'replaced': {
      const { version, definition } = event
      const began = startEditing(version)
      return { ...began, history: change(state.history, definition, null) }
    }
  }
}

/** Those of steps that are still there. */
function faultsIn(faults: readonly Fault[], { nodes }: Definition): readonly Fault[] {
  const ids = new Set(nodes.map(({ id }) => id))
  return faults.filter(({ step_id }) => step_id === null || ids.has(step_id))
}

export const isChanged = ({ history, saved }: EditorState) => history.present !== saved
