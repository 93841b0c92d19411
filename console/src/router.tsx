// The routes. The server knows the same ones (`consolePaths` in server/src/http/console.ts).
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
import { parseSearch, stringifySearch } from './search.ts'
import type { Session } from './session.ts'
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
    const { to } = search
    return {
      // Only a place within the console: nobody is sent elsewhere by a link.
      ...(typeof to === 'string' && /^\/(?![/\\])/.test(to) ? { to } : {}),
      ...readSignInError(search),
    }
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

export const router = createRouter({
  routeTree: root.addChildren([signIn, pages.addChildren([home, inbox, conversation, agents, agent, tryAgent])]),
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
