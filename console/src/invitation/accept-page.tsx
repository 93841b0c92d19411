// The page that an invitation links to. Its token is in the fragment, which browsers do not send and servers do not log.
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { formatFull } from '../base/format.ts'
import { type Session, readInvitation } from '../session/session.ts'
import { useSessionControl } from '../session/session-context.ts'
import { useTitle } from '../shell/use-title.ts'
import { invitationTexts as words } from './texts.ts'
import { buttonClasses } from '../ui/button.tsx'
import { Mark } from '../ui/icons.tsx'
import { EmptyState, ErrorState, LoadingState } from '../ui/state.tsx'
import { AcceptForm } from './accept-form.tsx'
import { DeclineButton, Declined } from './decline.tsx'

export function AcceptPage() {
  useTitle(words.title)
  const token = useLocation({ select: ({ hash }) => hash })
  const { session, open } = useSessionControl()
  const navigate = useNavigate()
  const [isAccepted, setAccepted] = useState(false)
  const accept = (begun: Session) => {
    setAccepted(true)
    open(begun)
  }
  // Replaces the address with the token once the routes know the session.
  useEffect(() => {
    if (isAccepted && session) void navigate({ to: '/inbox', replace: true })
  }, [isAccepted, session, navigate])
  if (isAccepted) return null
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-sm rounded-2xl border border-line bg-surface p-7 shadow-float">
        <Mark width="36" height="36" />
        {token === '' ? <Gone>{words.missing}</Gone> : <Opened key={token} token={token} onAccept={accept} />}
      </div>
    </main>
  )
}

function Opened({ token, onAccept }: { token: string; onAccept: (session: Session) => void }) {
  const { session } = useSessionControl()
  const [isDeclined, setDeclined] = useState(false)
  const { data, error, isPending, refetch } = useQuery({
    // The query key does not contain the token, because developer tools show query keys.
    queryKey: ['invitation'],
    queryFn: () => readInvitation(token),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  if (isPending) return <LoadingState />
  if (error instanceof ApiError && (error.status === 404 || error.status === 422)) return <Gone>{words.gone}</Gone>
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (isDeclined) return <Declined organization={data.organization.name} />
  const isOther = session !== null && session.user?.email !== data.email
  return (
    <>
      <h1 className="mt-4 text-xl font-semibold break-words">{words.heading(data.organization.name)}</h1>
      <p className="mt-1 break-words">{words.text(data.email, data.role)}</p>
      <p className="mt-1 mb-5 text-xs text-faint">{words.until(formatFull(data.expires_at))}</p>
      {isOther && <p className="mb-4 rounded-md bg-warn-wash px-3 py-2 text-warn">{words.signedInAs(session.who)}</p>}
      <AcceptForm token={token} invitation={data} onAccept={onAccept} />
      <DeclineButton token={token} organization={data.organization.name} onDecline={() => setDeclined(true)} />
    </>
  )
}

function Gone({ children }: { children: ReactNode }) {
  return (
    <div role="alert">
      <h1 className="sr-only">{words.title}</h1>
      <EmptyState
        icon="warning"
        title={words.goneTitle}
        action={
          <Link to="/sign-in" className={buttonClasses('plain')}>
            {words.signIn}
          </Link>
        }
      >
        {children}
      </EmptyState>
    </div>
  )
}
