// The API keys of the organization and the tokens of the signed-in user.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const keysRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/keys',
  staticData: { navigation: { menu: 'settings', name: 'Keys and tokens' } },
  component: lazyRouteComponent(() => import('./keys-page.tsx'), 'KeysPage'),
})
