// The routes. The server knows the same ones (`consolePaths` in server/src/http/console.ts).
import { readOwnPath } from '@parley/contract'
import {
  Outlet,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { readAgentSearch, readAgentsSearch } from './agents/agent-search.ts'
import { readFilters } from './inbox/filters.ts'
import { InboxPage } from './inbox/inbox-page.tsx'
import { readView } from './overview/view.ts'
import { parseSearch, stringifySearch } from './search.ts'
import type { Session } from './session.ts'
import { readStatus } from './settings/webhooks/delivery-status.ts'
import { Shell } from './shell/shell.tsx'
import { CrashedPage, NotFoundPage } from './shell/fault-pages.tsx'

const root = createRootRouteWithContext<{ session: Session | null }>()({ component: Outlet })

/** Why the way by an identity provider failed; where that began may be forgotten. */
function readSignInError({ sign_in_error }: { sign_in_error?: unknown }): { sign_in_error?: string } {
  return typeof sign_in_error === 'string' ? { sign_in_error } : {}
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { to?: string; sign_in_error?: string } => {
    // Only a place within the console: nobody is sent elsewhere by a link.
    const to = typeof search.to === 'string' ? readOwnPath(search.to, location.origin) : null
    return { ...(to === null ? {} : { to }), ...readSignInError(search) }
  },
  beforeLoad: ({ context, search }) => {
    if (context.session) throw redirect({ href: search.to ?? '/inbox' })
  },
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const pages = createRoute({
  getParentRoute: () => root,
  id: 'pages',
  beforeLoad: ({ context, location }) => {
    if (context.session) return
    const problem = readSignInError(location.search)
    if (problem.sign_in_error !== undefined) throw redirect({ to: '/sign-in', search: problem })
    const to = location.href
    throw redirect({ to: '/sign-in', search: to === '/' || to === '/inbox' ? {} : { to } })
  },
  component: Shell,
})

const home = createRoute({
  getParentRoute: () => pages,
  path: '/',
  validateSearch: readSignInError,
  beforeLoad: () => {
    throw redirect({ to: '/inbox' })
  },
})

const inbox = createRoute({
  getParentRoute: () => pages,
  path: '/inbox',
  validateSearch: readFilters,
  component: InboxPage,
})

const conversation = createRoute({
  getParentRoute: () => pages,
  path: '/conversations/$conversation_id',
  component: lazyRouteComponent(() => import('./conversation/conversation-page.tsx'), 'ConversationPage'),
})

const agents = createRoute({
  getParentRoute: () => pages,
  path: '/agents',
  validateSearch: readAgentsSearch,
  component: lazyRouteComponent(() => import('./agents/agents-page.tsx'), 'AgentsPage'),
})

const agent = createRoute({
  getParentRoute: () => pages,
  path: '/agents/$agent_id',
  validateSearch: readAgentSearch,
  component: lazyRouteComponent(() => import('./agents/agent-page.tsx'), 'AgentPage'),
})

const tryAgent = createRoute({
  getParentRoute: () => pages,
  path: '/agents/$agent_id/try',
  validateSearch: ({ version }): { version?: string } =>
    /^\d{1,9}$/.test(String(version)) ? { version: String(version) } : {},
  component: lazyRouteComponent(() => import('./tester/try-page.tsx'), 'TryPage'),
})

const acceptInvitation = createRoute({
  getParentRoute: () => root,
  path: '/accept-invitation',
  component: lazyRouteComponent(() => import('./invitation/accept-page.tsx'), 'AcceptPage'),
})

const overview = createRoute({
  getParentRoute: () => pages,
  path: '/overview',
  validateSearch: readView,
  component: lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
})

const settings = createRoute({
  getParentRoute: () => pages,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/organization' })
  },
})

/** What is around every page of the settings. */
const settingsFrame = createRoute({
  getParentRoute: () => pages,
  id: 'settings-frame',
  component: lazyRouteComponent(() => import('./settings/settings-frame.tsx'), 'SettingsFrame'),
})

const organization = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/organization',
  component: lazyRouteComponent(() => import('./settings/organization-page.tsx'), 'OrganizationPage'),
})

const members = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/members',
  component: lazyRouteComponent(() => import('./settings/members/members-page.tsx'), 'MembersPage'),
})

const keys = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/keys',
  component: lazyRouteComponent(() => import('./settings/keys/keys-page.tsx'), 'KeysPage'),
})

const webhooks = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/webhooks',
  component: lazyRouteComponent(() => import('./settings/webhooks/webhooks-page.tsx'), 'WebhooksPage'),
})

const webhook = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/webhooks/$webhook_id',
  validateSearch: readStatus,
  component: lazyRouteComponent(() => import('./settings/webhooks/webhook-page.tsx'), 'WebhookPage'),
})

const secrets = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/secrets',
  component: lazyRouteComponent(() => import('./settings/secrets-page.tsx'), 'SecretsPage'),
})

const models = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/models',
  component: lazyRouteComponent(() => import('./settings/models-page.tsx'), 'ModelsPage'),
})

const account = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/account',
  component: lazyRouteComponent(() => import('./settings/account/account-page.tsx'), 'AccountPage'),
})

const settingsPages = [organization, members, keys, webhooks, webhook, secrets, models, account] as const

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    acceptInvitation,
    pages.addChildren([
      home,
      inbox,
      conversation,
      agents,
      agent,
      tryAgent,
      overview,
      settings,
      settingsFrame.addChildren(settingsPages),
    ]),
  ]),
  context: { session: null },
  parseSearch,
  stringifySearch,
  // What no route knows is no part of an address.
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
