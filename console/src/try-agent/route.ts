// The tester of an agent as a page, whose address says which version is tested.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'

export const tryAgentRoute = createRoute({
  getParentRoute: () => shell,
  path: '/agents/$agent_id/try',
  validateSearch: ({ version }): { version?: string } =>
    /^\d{1,9}$/.test(String(version)) ? { version: String(version) } : {},
  component: lazyRouteComponent(() => import('./try-page.tsx'), 'TryPage'),
})
