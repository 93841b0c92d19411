// The settings of the organization itself.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const organizationRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/organization',
  staticData: { navigation: { menu: 'settings', name: 'Organization' } },
  component: lazyRouteComponent(() => import('./organization-page.tsx'), 'OrganizationPage'),
})
