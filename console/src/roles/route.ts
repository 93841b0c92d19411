// What each role can do, and what responders see.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const rolesRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/roles',
  staticData: { navigation: { menu: 'settings', name: 'Roles' } },
  component: lazyRouteComponent(() => import('./roles-page.tsx'), 'RolesPage'),
})
