// The list of webhook endpoints, and the page of one endpoint.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'
import { readStatus } from './delivery-status.ts'

export const webhooksRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/webhooks',
  staticData: { navigation: { menu: 'settings', name: 'Webhooks' } },
  component: lazyRouteComponent(() => import('./webhooks-page.tsx'), 'WebhooksPage'),
})

export const webhookRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/webhooks/$webhook_id',
  validateSearch: readStatus,
  component: lazyRouteComponent(() => import('./webhook-page.tsx'), 'WebhookPage'),
})
