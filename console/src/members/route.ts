// The members of the organization.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const membersRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/members',
  staticData: { navigation: { menu: 'settings', name: 'Members' } },
  component: lazyRouteComponent(() => import('./members-page.tsx'), 'MembersPage'),
})
