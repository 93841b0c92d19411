// One's own account: who one is, the password, every session.
import { useState } from 'react'
import { useSession, useSessionControl } from '../session/session-context.ts'
import { words } from '../settings/texts.ts'
import { Button } from '../ui/button.tsx'
import { Facts } from '../ui/facts.tsx'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { Refused, Section, SettingsPage } from '../settings/settings-page.tsx'
import { EveryTokenCheck, tokensToEnd } from './every-token-check.tsx'
import { PasswordForm } from './password-form.tsx'

const own = words.account

export function AccountPage() {
  const { user, who, organization } = useSession()
  return (
    <SettingsPage title={words.pages.account}>
      <Section title={own.who}>
        <Facts
          className="p-4"
          rows={
            user
              ? [
                  [own.name, user.name],
                  [own.email, user.email],
                  [own.organization, organization.name],
                ]
              : [
                  [own.key, who],
                  [own.organization, organization.name],
                ]
          }
        />
      </Section>
      {user === null && <Refused>{own.keyHasNoPassword}</Refused>}
      {user && !user.has_password && <Refused>{own.noPassword}</Refused>}
      {user?.has_password && (
        <Section title={own.password} intro={own.passwordIntro}>
          <PasswordForm email={user.email} />
        </Section>
      )}
      <Sessions isKey={user === null} />
    </SettingsPage>
  )
}

function Sessions({ isKey }: { isKey: boolean }) {
  const { client } = useSession()
  const { close } = useSessionControl()
  const [isAsking, setAsking] = useState(false)
  const [endsTokens, setEndsTokens] = useState(false)
  return (
    <Section
      title={own.sessions}
      intro={isKey ? own.keySessionsIntro : own.sessionsIntro}
      action={<Button onClick={() => setAsking(true)}>{own.signOutEverywhere}</Button>}
    >
      {isAsking && (
        <AskDialog
          title={own.signOutTitle}
          text={isKey ? own.keySignOutText : own.signOutText}
          submit={own.signOutEverywhere}
          done={own.signedOut}
          changes={[]}
          act={() => client.signOutEverywhere({ personal_access_tokens: tokensToEnd(endsTokens) })}
          onDone={close}
          onClose={() => setAsking(false)}
        >
          {!isKey && <EveryTokenCheck isChecked={endsTokens} onChange={setEndsTokens} />}
        </AskDialog>
      )}
    </Section>
  )
}
