// Canned replies.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const cannedRepliesRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/canned-replies',
  staticData: { navigation: { menu: 'settings', name: 'Canned replies' } },
  component: lazyRouteComponent(() => import('./canned-replies-page.tsx'), 'CannedRepliesPage'),
})
