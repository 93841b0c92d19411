// Puts the console together: session, queries, routes, messages.
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { Suspense, lazy, useCallback, useEffect, useMemo, useState } from 'react'
import { router } from './router.tsx'
import { type Session, isSignedOut, resumeSession } from './session.ts'
import { SessionContext } from './session-context.ts'
import { ErrorState } from './ui/state.tsx'

const Toaster = lazy(async () => ({ default: (await import('./ui/toast.tsx')).Toaster }))

/** Undefined: not known yet. */
type Known = Session | null | undefined

export function App() {
  const [session, setSession] = useState<Known>(undefined)
  const [failure, setFailure] = useState<unknown>(null)

  const resume = useCallback(() => {
    setFailure(null)
    resumeSession().then(setSession, setFailure)
  }, [])
  useEffect(resume, [resume])

  const close = useCallback(() => setSession(null), [])
  const queries = useQueries(session, close)
  const control = useMemo(() => ({ session: session ?? null, open: setSession, close }), [session, close])

  // Routes decide by the session whether they may be shown.
  useEffect(() => {
    if (session !== undefined) void router.invalidate()
  }, [session])

  if (failure !== null) return <ErrorState error={failure} onRetry={resume} />
  if (session === undefined) return null
  return (
    <CSPProvider disableStyleElements>
      <SessionContext value={control}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} context={{ session }} />
          <Suspense>
            <Toaster />
          </Suspense>
        </QueryClientProvider>
      </SessionContext>
    </CSPProvider>
  )
}

/** What one session has read is nothing for the next. The SDK has repeated what may be repeated. */
function useQueries(session: Known, close: () => void): QueryClient {
  return useMemo(() => {
    const onError = (error: unknown) => {
      if (session && isSignedOut(error)) close()
    }
    return new QueryClient({
      queryCache: new QueryCache({ onError }),
      defaultOptions: {
        queries: { retry: false, staleTime: 10_000, networkMode: 'always' },
        mutations: { retry: false, networkMode: 'always' },
      },
    })
  }, [session, close])
}
