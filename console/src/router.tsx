// The list of pages. The menus show them in this order; the build writes their paths for the server into dist/paths.json.
import { createRouter } from '@tanstack/react-router'
import { accountRoute } from './account/route.ts'
import { agentRoute, agentsRoute } from './agents/route.ts'
import { auditLogRoute } from './audit-log/route.ts'
import { parseSearch, stringifySearch } from './base/search.ts'
import { budgetsRoute } from './budgets/route.ts'
import { cannedRepliesRoute } from './canned-replies/route.ts'
import { connectionsRoute } from './connections/route.ts'
import { conversationRoute } from './conversation/route.ts'
import { deskRoute } from './desk/route.ts'
import { inboxRoute } from './inbox/route.ts'
import { invitationRoute } from './invitation/route.ts'
import { keysRoute } from './keys/route.ts'
import { datasetRoute, datasetsRoute, sourceRoute } from './knowledge/route.ts'
import { mcpRoute } from './mcp/route.ts'
import { membersRoute } from './members/route.ts'
import { modelsRoute } from './models/route.ts'
import { organizationRoute } from './organization/route.ts'
import { childOrganizationRoute, newOrganizationRoute, organizationsRoute } from './organizations/route.ts'
import { overviewRoute } from './overview/route.ts'
import { pricesRoute } from './prices/route.ts'
import { receivedRoute } from './received/route.ts'
import { rolesRoute } from './roles/route.ts'
import { secretsRoute } from './secrets/route.ts'
import { settingsFrame, settingsRoute } from './settings/frame.ts'
import { CrashedPage, NotFoundPage } from './shell/fault-pages.tsx'
import { homeRoute, root, shell } from './shell/frames.ts'
import { signInRoute } from './sign-in/route.ts'
import { teamRoute, teamsRoute } from './teams/route.ts'
import { tryAgentRoute } from './try-agent/route.ts'
import { usageRoute } from './usage/route.ts'
import { webWidgetRoute, webWidgetsRoute } from './web-widgets/route.ts'
import { webhookRoute, webhooksRoute } from './webhooks/route.ts'
import { executionRoute, executionsRoute, workflowRoute, workflowsRoute } from './workflows/route.ts'

const settingsPages = [
  organizationRoute,
  organizationsRoute,
  newOrganizationRoute,
  childOrganizationRoute,
  membersRoute,
  rolesRoute,
  teamsRoute,
  teamRoute,
  cannedRepliesRoute,
  keysRoute,
  mcpRoute,
  webhooksRoute,
  webhookRoute,
  connectionsRoute,
  secretsRoute,
  modelsRoute,
  auditLogRoute,
  usageRoute,
  pricesRoute,
  budgetsRoute,
  accountRoute,
  receivedRoute,
] as const

const pages = [
  homeRoute,
  deskRoute,
  inboxRoute,
  conversationRoute,
  overviewRoute,
  agentsRoute,
  agentRoute,
  tryAgentRoute,
  datasetsRoute,
  datasetRoute,
  sourceRoute,
  workflowsRoute,
  workflowRoute,
  executionsRoute,
  executionRoute,
  webWidgetsRoute,
  webWidgetRoute,
  settingsRoute,
  settingsFrame.addChildren(settingsPages),
] as const

export const router = createRouter({
  routeTree: root.addChildren([signInRoute, invitationRoute, shell.addChildren(pages)]),
  context: { session: null },
  parseSearch,
  stringifySearch,
  // An address keeps only the search parameters that its route reads.
  search: { strict: true },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultNotFoundComponent: NotFoundPage,
  defaultErrorComponent: CrashedPage,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
