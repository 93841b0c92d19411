// What the organization offers over MCP, and how clients connect.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const mcpRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/mcp',
  staticData: { navigation: { menu: 'settings', name: 'MCP' } },
  component: lazyRouteComponent(() => import('./mcp-page.tsx'), 'McpPage'),
})
