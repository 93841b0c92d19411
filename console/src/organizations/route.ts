// The organizations below this one: their tree, one of them, and a new one.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'
import { readNewSearch, readTreeSearch } from './organizations-search.ts'

export const organizationsRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/organizations',
  validateSearch: readTreeSearch,
  staticData: { navigation: { menu: 'settings', name: 'Organizations', scopes: ['child_organizations:manage'] } },
  component: lazyRouteComponent(() => import('./organizations-page.tsx'), 'OrganizationsPage'),
})

export const newOrganizationRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/organizations/new',
  validateSearch: readNewSearch,
  component: lazyRouteComponent(() => import('./new-organization-page.tsx'), 'NewOrganizationPage'),
})

export const childOrganizationRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/organizations/$organization_id',
  component: lazyRouteComponent(() => import('./child-page.tsx'), 'ChildPage'),
})
