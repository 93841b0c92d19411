// The secrets of the organization.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const secretsRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/secrets',
  staticData: { navigation: { menu: 'settings', name: 'Secrets' } },
  component: lazyRouteComponent(() => import('./secrets-page.tsx'), 'SecretsPage'),
})
