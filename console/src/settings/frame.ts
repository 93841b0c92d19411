// The frame around every page of the settings, and the address that leads to the first of them.
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'

export const settingsFrame = createRoute({
  getParentRoute: () => shell,
  id: 'settings-frame',
  component: lazyRouteComponent(() => import('./settings-frame.tsx'), 'SettingsFrame'),
})

export const settingsRoute = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  staticData: { navigation: { menu: 'main', name: 'Settings', icon: 'settings' } },
  beforeLoad: () => {
    throw redirect({ to: '/settings/organization' })
  },
})
