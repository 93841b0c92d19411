// The connections of workflows: systems whose tools their steps use.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const connectionsRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/connections',
  staticData: {
    navigation: { menu: 'settings', name: 'Connections', scopes: ['workflows:read', 'workflows:manage'] },
  },
  component: lazyRouteComponent(() => import('./connections-page.tsx'), 'ConnectionsPage'),
})
