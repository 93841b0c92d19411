// The state of an editor: the agent as stored, the edited document, and its faults. Pure.
import { deepEqual } from '@tanstack/react-router'
import {
  type AgentDetail,
  type AgentDocument,
  type AgentVersion,
  type Path,
  documentOf,
  isWithin,
  keyOf,
  readAt,
  writeDocument,
} from './document.ts'

export interface Fault {
  path: string
  message: string
}

/** As stored. Without a version, the document is a proposal that is not stored yet. */
export interface Base {
  agent: AgentDetail
  version: AgentVersion | null
  document: AgentDocument
}

/** Text that is not a valid value yet. */
export interface HeldText {
  text: string
  message: string
}

interface Held extends HeldText {
  path: Path
}

export interface EditorState {
  base: Base
  document: AgentDocument
  faults: readonly Fault[]
  /** By path. */
  held: Readonly<Record<string, Held>>
  /** If it changes, all fields start again from the document. */
  round: number
}

export type EditorEvent =
  | { type: 'written'; path: Path; value: unknown }
  | { type: 'held'; path: Path; held: HeldText | null }
  | { type: 'judged'; faults: readonly Fault[] }
  /** `document` is what was stored. Later edits are not part of it. */
  | { type: 'saved'; base: Base; document: AgentDocument }
  | { type: 'replaced'; base: Base; document: AgentDocument }

export function startEditing(base: Base, document = base.document, round = 0): EditorState {
  return { base, document, faults: [], held: {}, round }
}

export function makeBase(agent: AgentDetail, version: AgentVersion | null, proposal: AgentDocument['config']): Base {
  const fields = version ?? { config: proposal, instruction_builder_inputs: null }
  return { agent, version, document: documentOf(agent, fields) }
}

export function changeEditor(state: EditorState, event: EditorEvent): EditorState {
  switch (event.type) {
    case 'written': {
      const key = keyOf(event.path)
      const document = writeDocument(state.document, event.path, event.value)
      // Faults of the path, of its parts and of its parents are out of date.
      const faults = state.faults.filter(({ path }) => !isWithin(path, key) && !isWithin(key, path))
      // A held text is dropped once the value it would replace has changed.
      const isLeft = ({ path }: Held) =>
        keyOf(path) !== key && Object.is(readAt(state.document, path), readAt(document, path))
      return { ...state, document, faults, held: keepHeld(state.held, isLeft) }
    }
    case 'held': {
      const key = keyOf(event.path)
      const held = keepHeld(state.held, ({ path }) => keyOf(path) !== key)
      if (event.held === null) return { ...state, held }
      const faults = state.faults.filter(({ path }) => !isWithin(path, key))
      return { ...state, faults, held: { ...held, [key]: { ...event.held, path: event.path } } }
    }
    case 'judged':
      return { ...state, faults: event.faults }
    case 'saved': {
      // Keeps the same object if nothing changed, so that fields keep what is being typed.
      const isSame = deepEqual(event.base.document, event.document)
      return { ...state, base: isSame ? { ...event.base, document: event.document } : event.base, faults: [] }
    }
    case 'replaced':
      return startEditing(event.base, event.document, state.round + 1)
  }
}

function keepHeld(held: EditorState['held'], isLeft: (text: Held) => boolean): EditorState['held'] {
  return Object.fromEntries(Object.entries(held).filter(([, text]) => isLeft(text)))
}

/** Whether leaving would lose changes. */
export function isChanged({ base, document, held }: EditorState): boolean {
  return Object.keys(held).length > 0 || (document !== base.document && !deepEqual(document, base.document))
}

/** Whether the server has another state than the one being edited. */
export function isNewer(known: Base, { agent, version }: Pick<Base, 'agent' | 'version'>): boolean {
  return (
    version?.id !== known.version?.id ||
    version?.revision !== known.version?.revision ||
    version?.published !== known.version?.published ||
    agent.updated_at !== known.agent.updated_at
  )
}

/** All faults that prevent saving: first those that the browser found, then those of the server. */
export function listFaults({ faults, held }: Pick<EditorState, 'faults' | 'held'>): Fault[] {
  const unread = Object.entries(held).map(([path, { message }]) => ({ path, message }))
  return [...unread, ...faults.filter(({ path }) => !Object.hasOwn(held, path))]
}
