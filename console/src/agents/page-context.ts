// What the parts of an agent's page share: the editing state, and navigation between sections.
import { createContext, use } from 'react'
import type { AgentSearch } from './agent-search.ts'
import type { Base } from './editor-state.ts'
import type { Editing } from './use-editing.ts'

export interface AgentPageControl {
  /** The latest known state of the server. */
  latest: Base
  editing: Editing
  /** Navigates to another place of the page. */
  show: (search: AgentSearch) => void
}

export const AgentPageContext = createContext<AgentPageControl | null>(null)

export function useAgentPage(): AgentPageControl {
  return use(AgentPageContext)!
}
