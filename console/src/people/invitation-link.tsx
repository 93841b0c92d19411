// The link of an invitation, which is shown once.
import { ShownOnce } from '../settings/shown-once.tsx'
import type { NewInvitation } from './people.ts'
import { peopleTexts } from './texts.ts'

const words = peopleTexts.inviteDialog

/** If the server does not know its own address, the link uses that of the page. */
export function InvitationLink({ invitation, onClose }: { invitation: NewInvitation; onClose: () => void }) {
  const { url, token, email } = invitation
  return (
    <ShownOnce
      title={words.doneTitle(email)}
      text={words.doneText}
      label={words.link}
      value={url ?? `${location.origin}/accept-invitation#${token}`}
      onClose={onClose}
    />
  )
}
