// The page of prices. An address may name the calls that a new price is for.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'
import { readWanted } from './wanted.ts'

export const pricesRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/prices',
  validateSearch: readWanted,
  staticData: { navigation: { menu: 'settings', name: 'Prices', scopes: ['billing:manage'] } },
  component: lazyRouteComponent(() => import('./prices-page.tsx'), 'PricesPage'),
})
