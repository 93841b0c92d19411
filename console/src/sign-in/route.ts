// The sign-in page, which leads on to the page that was requested.
import { readOwnPath } from '@parley/contract'
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { readSignInError, root } from '../shell/frames.ts'

export const signInRoute = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { to?: string; sign_in_error?: string } => {
    // Only a path of the console: a link must not lead to another site.
    const to = typeof search.to === 'string' ? readOwnPath(search.to, location.origin) : null
    return { ...(to === null ? {} : { to }), ...readSignInError(search) }
  },
  beforeLoad: ({ context, search }) => {
    if (context.session) throw redirect({ href: search.to ?? '/' })
  },
  component: lazyRouteComponent(() => import('./sign-in-page.tsx'), 'SignInPage'),
})
