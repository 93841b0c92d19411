// Declining an invitation: the button, the question before, and what the page shows from then on.
import { ApiError } from '@parley/sdk'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { declineInvitation } from '../session/session.ts'
import { useSessionControl } from '../session/session-context.ts'
import { Button, buttonClasses } from '../ui/button.tsx'
import { describeError } from '../ui/describe-error.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { EmptyState } from '../ui/state.tsx'
import { invitationTexts as words } from './texts.ts'

interface Props {
  token: string
  organization: string
  onDecline: () => void
}

export function DeclineButton({ token, organization, onDecline }: Props) {
  const [isAsking, setAsking] = useState(false)
  const decline = useMutation({ mutationFn: () => declineInvitation(token), onSuccess: onDecline })
  const ask = (open: boolean) => {
    decline.reset()
    setAsking(open)
  }
  return (
    <>
      <Button className="mt-2 h-9 w-full" onClick={() => ask(true)}>
        {words.decline}
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={ask}
        title={words.declineTitle(organization)}
        description={words.declineText}
        submit={words.decline}
        isDangerous
        isPending={decline.isPending}
        error={decline.error && describeFault(decline.error)}
        onSubmit={() => decline.mutate()}
      />
    </>
  )
}

const describeFault = (error: Error) =>
  error instanceof ApiError && error.status === 404 ? words.gone : describeError(error)

export function Declined({ organization }: { organization: string }) {
  const { session } = useSessionControl()
  return (
    <div role="status">
      <h1 className="sr-only">{words.title}</h1>
      <EmptyState
        icon="check"
        title={words.declinedTitle}
        action={
          session && (
            <Link to="/inbox" replace className={buttonClasses('plain')}>
              {words.toInbox}
            </Link>
          )
        }
      >
        {words.declined(organization)}
      </EmptyState>
    </div>
  )
}
