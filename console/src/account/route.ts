// The account of the signed-in user.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const accountRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/account',
  staticData: { navigation: { menu: 'settings', name: 'Your account' } },
  component: lazyRouteComponent(() => import('./account-page.tsx'), 'AccountPage'),
})
