// The list of agents, and the page of one agent.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'
import { readAgentSearch, readAgentsSearch } from './agent-search.ts'

export const agentsRoute = createRoute({
  getParentRoute: () => shell,
  path: '/agents',
  validateSearch: readAgentsSearch,
  staticData: {
    navigation: { menu: 'main', name: 'Agents', icon: 'agents', scopes: ['agents:read', 'agents:manage'] },
  },
  component: lazyRouteComponent(() => import('./agents-page.tsx'), 'AgentsPage'),
})

export const agentRoute = createRoute({
  getParentRoute: () => shell,
  path: '/agents/$agent_id',
  validateSearch: readAgentSearch,
  component: lazyRouteComponent(() => import('./agent-page.tsx'), 'AgentPage'),
})
