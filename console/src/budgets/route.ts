// The page of budgets.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const budgetsRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/budgets',
  staticData: { navigation: { menu: 'settings', name: 'Budgets', scopes: ['billing:manage'] } },
  component: lazyRouteComponent(() => import('./budgets-page.tsx'), 'BudgetsPage'),
})
