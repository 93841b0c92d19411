// The models that agents can use.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const modelsRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/models',
  staticData: { navigation: { menu: 'settings', name: 'Models' } },
  component: lazyRouteComponent(() => import('./models-page.tsx'), 'ModelsPage'),
})
