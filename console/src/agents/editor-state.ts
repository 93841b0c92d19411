// What an editor knows: the agent as the server has it, the same as it is being edited, and what is wrong with it. Pure.
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

/** As the server has it. Without a version the document is a proposal, which nobody has stored. */
export interface Base {
  agent: AgentDetail
  version: AgentVersion | null
  document: AgentDocument
}

/** What was typed where no value can be read out of it yet. */
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
  /** Another one: fields begin anew. */
  round: number
}

export type EditorEvent =
  | { type: 'written'; path: Path; value: unknown }
  | { type: 'held'; path: Path; held: HeldText | null }
  | { type: 'judged'; faults: readonly Fault[] }
  /** `document` is what was stored; what has been written since is not. */
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
      // What was said of it, of its parts, and of what it is a part of, was said of something else.
      const faults = state.faults.filter(({ path }) => !isWithin(path, key) && !isWithin(key, path))
      // A text stands for as long as the value does that it is to take the place of.
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
      // The very same value, where it is: what is being typed into stays as it is.
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

/** Whether leaving would lose something. */
export function isChanged({ base, document, held }: EditorState): boolean {
  return Object.keys(held).length > 0 || (document !== base.document && !deepEqual(document, base.document))
}

/** Whether it is another state of the server than the one that is edited. */
export function isNewer(known: Base, { agent, version }: Pick<Base, 'agent' | 'version'>): boolean {
  return (
    version?.id !== known.version?.id ||
    version?.revision !== known.version?.revision ||
    version?.published !== known.version?.published ||
    agent.updated_at !== known.agent.updated_at
  )
}

/** What stands in the way of saving, and what the server has found; in the browser's own words first. */
export function listFaults({ faults, held }: Pick<EditorState, 'faults' | 'held'>): Fault[] {
  const unread = Object.entries(held).map(([path, { message }]) => ({ path, message }))
  return [...unread, ...faults.filter(({ path }) => !Object.hasOwn(held, path))]
}
