// The desk of the people who answer; what it shows is in its address.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'
import { readDeskSearch } from './desk-search.ts'

export const deskRoute = createRoute({
  getParentRoute: () => shell,
  path: '/desk',
  validateSearch: readDeskSearch,
  staticData: { navigation: { menu: 'main', name: 'Desk', icon: 'desk', scopes: ['conversations:reply'] } },
  component: lazyRouteComponent(() => import('./desk-page.tsx'), 'DeskPage'),
})
