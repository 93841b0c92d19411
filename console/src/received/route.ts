// The invitations that a user has received.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const receivedRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/invitations',
  staticData: { navigation: { menu: 'settings', name: 'Invitations received' } },
  component: lazyRouteComponent(() => import('./received-page.tsx'), 'ReceivedPage'),
})
