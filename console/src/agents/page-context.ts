// What the parts of an agent's page share: its editing, and the ways between its sections.
import { createContext, use } from 'react'
import type { AgentSearch } from './agent-search.ts'
import type { Base } from './editor-state.ts'
import type { Editing } from './use-editing.ts'

export interface AgentPageControl {
  /** As the server was last heard to have it. */
  latest: Base
  editing: Editing
  /** Leads to another place of the page. */
  show: (search: AgentSearch) => void
}

export const AgentPageContext = createContext<AgentPageControl | null>(null)

export function useAgentPage(): AgentPageControl {
  return use(AgentPageContext)!
}
