// The frames around pages: the root, which every page is in, and the shell, for the pages that need a session.
import { Outlet, createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router'
import type { Session } from '../session/session.ts'
import { Shell } from './shell.tsx'

export const root = createRootRouteWithContext<{ session: Session | null }>()({ component: Outlet })

/** Why signing in with the identity provider failed. The provider may lead back to any page. */
export function readSignInError({ sign_in_error }: { sign_in_error?: unknown }): { sign_in_error?: string } {
  return typeof sign_in_error === 'string' ? { sign_in_error } : {}
}

export const shell = createRoute({
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

/** Members who only answer begin at the desk. */
const onlyAnswers = ({ scopes }: Session) => scopes.has('conversations:reply') && !scopes.has('conversations:manage')

export const homeRoute = createRoute({
  getParentRoute: () => shell,
  path: '/',
  validateSearch: readSignInError,
  beforeLoad: ({ context: { session } }) => {
    throw redirect({ to: session && onlyAnswers(session) ? '/desk' : '/inbox' })
  },
})
