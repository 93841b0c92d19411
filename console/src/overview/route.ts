// The overview, whose address says which time and which agent it shows.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'
import { readView } from './view.ts'

export const overviewRoute = createRoute({
  getParentRoute: () => shell,
  path: '/overview',
  validateSearch: readView,
  staticData: { navigation: { menu: 'main', name: 'Overview', icon: 'overview' } },
  component: lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
})
