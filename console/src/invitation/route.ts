// The page that an invitation links to.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { root } from '../shell/frames.ts'

export const invitationRoute = createRoute({
  getParentRoute: () => root,
  path: '/accept-invitation',
  component: lazyRouteComponent(() => import('./accept-page.tsx'), 'AcceptPage'),
})
