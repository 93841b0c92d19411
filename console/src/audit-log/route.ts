// The audit log, whose filters are in its address.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'
import { readFilters } from './filters.ts'

export const auditLogRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/audit-log',
  validateSearch: readFilters,
  staticData: { navigation: { menu: 'settings', name: 'Audit log', scopes: ['organizations:manage'] } },
  component: lazyRouteComponent(() => import('./audit-log-page.tsx'), 'AuditLogPage'),
})
