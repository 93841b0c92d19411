// The root of the console: session, queries, routes, messages.
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { Suspense, useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { browserStore, dropDrafts } from './handling/drafts.ts'
import { router } from './router.tsx'
import {
  type Session,
  endView,
  isStill,
  isStillViewing,
  listenToRefusals,
  resumeSession,
  stayIn,
} from './session/session.ts'
import { SessionContext } from './session/session-context.ts'
import { shellTexts } from './shell/texts.ts'
import { lazily } from './ui/lazily.ts'
import { notify, notifyError } from './ui/notify.ts'
import { ErrorState } from './ui/state.tsx'

const Toaster = lazily(async () => (await import('./ui/toast.tsx')).Toaster)
const DeskWatch = lazily(async () => (await import('./handling/desk-watch.tsx')).DeskWatch)
const SignInAgain = lazily(async () => (await import('./sign-in/sign-in-again.tsx')).SignInAgain)

/** Undefined until it is known. */
type Known = Session | null | undefined

export function App() {
  const [session, setSession] = useState<Known>(undefined)
  const [hasEnded, setEnded] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const queries = useQueries(session?.identity)

  const resume = useCallback(() => {
    setFailure(null)
    resumeSession().then(setSession, setFailure)
  }, [])
  useEffect(resume, [resume])

  const control = useMemo(() => {
    const put = (next: Session | null) => {
      // What somebody has not sent yet is for nobody else.
      dropDrafts(browserStore(), next?.user?.user_id ?? null)
      setSession(next)
      setEnded(false)
    }
    return { session: session ?? null, open: put, close: () => put(null) }
  }, [session])

  const continueIn = async (begun: Session) => {
    const moved = session ? await stayIn(session, begun) : begun
    control.open(moved)
    // The same user: what was refused meanwhile is read again.
    if (moved.identity === session?.identity) await queries.invalidateQueries()
  }
  const continueOrNotify = (begun: Session) => void continueIn(begun).catch(notifyError)
  const leaveView = async (viewed: Session) => {
    // A partner who is not one any more goes where the server puts them.
    const own = await endView(viewed).catch(resumeSession)
    if (own) control.open(own)
    notify(shellTexts.view.over(viewed.organization.name))
    // What is on the page belongs to the organization that was viewed.
    await router.navigate({ to: '/settings/organizations' })
  }
  useEnd({
    session: session ?? null,
    hasEnded,
    onEnd: () => setEnded(true),
    onFound: continueOrNotify,
    onViewOver: (viewed) => void leaveView(viewed).catch(notifyError),
  })

  // Routes use the session to decide whether they can be shown.
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
            <Watch session={session} />
          </Suspense>
          {hasEnded && session && (
            <Suspense>
              <SessionContext value={{ ...control, open: continueOrNotify }}>
                <SignInAgain />
              </SessionContext>
            </Suspense>
          )}
        </QueryClientProvider>
      </SessionContext>
    </CSPProvider>
  )
}

/** Members who can answer are told of what waits for them, on whichever page they are. */
function Watch({ session }: { session: Session | null }) {
  const user_id = session?.user?.user_id
  if (!session || user_id === undefined || !session.scopes.has('conversations:reply')) return null
  const open = (id: string) => void router.navigate({ to: '/desk', search: { open: id } })
  return <DeskWatch key={session.identity} session={session} user_id={user_id} onOpen={open} />
}

/** Each user has their own cache. The SDK already retries what can be retried. */
function useQueries(identity: string | undefined): QueryClient {
  return useMemo(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: { retry: false, staleTime: 10_000, networkMode: 'always' },
          mutations: { retry: false, networkMode: 'always' },
        },
      }),
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [identity],
  )
}

interface End {
  session: Session | null
  hasEnded: boolean
  onEnd: () => void
  onFound: (session: Session) => void
  onViewOver: (viewed: Session) => void
}

/** Who looks at an organization as a partner is told soon that the view is over, also if they ask for nothing. */
const view_look_ms = 15_000

/**
 * When a session ends, the page stays as it is, and the sign-in dialog opens on top of it. After each refusal the server is asked whether
 * the session has ended, and again when the user comes back to the page, because they may have signed in with another tab.
 */
function useEnd({ session, hasEnded, onEnd, onFound, onViewOver }: End): void {
  const left = useRef<Session>(undefined)
  // Several requests are refused at once.
  const leave = (viewed: Session) => {
    if (left.current === viewed) return
    left.current = viewed
    onViewOver(viewed)
  }
  const look = useEffectEvent(async () => {
    if (session === null || left.current === session) return
    const found = await resumeSession().catch(() => undefined)
    if (found === null) onEnd()
    else if (found && !isStillViewing(session, found)) leave(session)
    else if (found && (hasEnded || !isStill(session, found))) onFound(found)
  })
  useEffect(() => listenToRefusals(() => void look()), [])
  const isViewing = session?.view != null
  useEffect(() => {
    if (!isViewing) return
    const timer = setInterval(() => void look(), view_look_ms)
    return () => clearInterval(timer)
  }, [isViewing])
  useEffect(() => {
    if (!hasEnded) return
    const lookAgain = () => document.visibilityState === 'visible' && void look()
    addEventListener('focus', lookAgain)
    document.addEventListener('visibilitychange', lookAgain)
    return () => {
      removeEventListener('focus', lookAgain)
      document.removeEventListener('visibilitychange', lookAgain)
    }
  }, [hasEnded])
}
