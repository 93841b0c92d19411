// The account of the signed-in user: their profile, password and sessions.
import { useState } from 'react'
import { useSession, useSessionControl } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { Facts } from '../ui/facts.tsx'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { Refused, Section, SettingsPage } from '../settings/settings-page.tsx'
import { OwnOrganizations } from './own-organizations.tsx'
import { EveryTokenCheck, tokensToEnd } from './every-token-check.tsx'
import { PasswordForm } from './password-form.tsx'
import { accountTexts as words } from './texts.ts'

export function AccountPage() {
  const { user, who, organization } = useSession()
  return (
    <SettingsPage title={words.title}>
      <Section title={words.who}>
        <Facts
          className="p-4"
          rows={
            user
              ? [
                  [words.name, user.name],
                  [words.email, user.email],
                  [words.organization, organization.name],
                ]
              : [
                  [words.key, who],
                  [words.organization, organization.name],
                ]
          }
        />
      </Section>
      {user && <OwnOrganizations />}
      {user === null && <Refused>{words.keyHasNoPassword}</Refused>}
      {user && !user.has_password && <Refused>{words.noPassword}</Refused>}
      {user?.has_password && (
        <Section title={words.password} intro={words.passwordIntro}>
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
      title={words.sessions}
      intro={isKey ? words.keySessionsIntro : words.sessionsIntro}
      action={<Button onClick={() => setAsking(true)}>{words.signOutEverywhere}</Button>}
    >
      {isAsking && (
        <AskDialog
          title={words.signOutTitle}
          text={isKey ? words.keySignOutText : words.signOutText}
          submit={words.signOutEverywhere}
          done={words.signedOut}
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
