// The page of usage, whose address says which time it shows, and how it is grouped.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'
import { readView } from './view.ts'

export const usageRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/usage',
  validateSearch: readView,
  staticData: { navigation: { menu: 'settings', name: 'Usage', scopes: ['billing:manage'] } },
  component: lazyRouteComponent(() => import('./usage-page.tsx'), 'UsagePage'),
})
