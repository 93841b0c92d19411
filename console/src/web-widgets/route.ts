// The list of web widgets, and the page of one.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'
import { readWidgetSearch, readWidgetsSearch } from './widget-search.ts'

export const webWidgetsRoute = createRoute({
  getParentRoute: () => shell,
  path: '/web-widgets',
  validateSearch: readWidgetsSearch,
  staticData: {
    navigation: {
      menu: 'main',
      name: 'Web widgets',
      icon: 'widget',
      scopes: ['web_widgets:read', 'web_widgets:manage'],
    },
  },
  component: lazyRouteComponent(() => import('./widgets-page.tsx'), 'WidgetsPage'),
})

export const webWidgetRoute = createRoute({
  getParentRoute: () => shell,
  path: '/web-widgets/$web_widget_id',
  validateSearch: readWidgetSearch,
  component: lazyRouteComponent(() => import('./widget-page.tsx'), 'WidgetPage'),
})
