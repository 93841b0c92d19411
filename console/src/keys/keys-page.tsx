// The API keys of the organization, and the personal access tokens of the user.
import { useState } from 'react'
import { useRefreshOn } from '../live/organization-events.ts'
import { useSession } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { Needs, Refused, Section, SettingsPage } from '../settings/settings-page.tsx'
import { type Credential, Credentials } from './credentials.tsx'
import { KeyDialog } from './key-dialog.tsx'
import { TokenDialog } from './token-dialog.tsx'
import { usePages } from '../settings/use-pages.ts'
import { keyTexts as words } from './texts.ts'

export function KeysPage() {
  const { user } = useSession()
  return (
    <SettingsPage title={words.title} intro={words.intro}>
      <Needs scopes={['organizations:manage']} to={words.toManage}>
        <OrganizationKeys />
      </Needs>
      {user ? <OwnTokens /> : <Refused>{words.noTokens}</Refused>}
    </SettingsPage>
  )
}

const keysKey = ['keys'] as const
const followed = ['credential.created', 'credential.deleted'] as const
const tokensKey = ['tokens'] as const

function OrganizationKeys() {
  const session = useSession()
  const { client } = session
  useRefreshOn(session, followed, keysKey)
  const query = usePages<Credential>(keysKey, (page, call) => client.listOrganizationKeys(page, call))
  const [isNew, setNew] = useState(false)
  return (
    <Section
      title={words.list}
      intro={words.listIntro}
      action={
        <Button icon="plus" onClick={() => setNew(true)}>
          {words.add}
        </Button>
      }
    >
      <Credentials
        label={words.list}
        query={query}
        empty={words.empty}
        changes={keysKey}
        removeText={words.removeText}
        onRemove={(key_id) => client.deleteOrganizationKey({ key_id })}
        hasPower
      />
      {isNew && <KeyDialog changes={keysKey} onClose={() => setNew(false)} />}
    </Section>
  )
}

function OwnTokens() {
  const { client } = useSession()
  const query = usePages<Credential>(tokensKey, (page, call) => client.listPersonalAccessTokens(page, call))
  const [isNew, setNew] = useState(false)
  return (
    <Section
      title={words.tokens}
      intro={words.tokensIntro}
      action={
        <Button icon="plus" onClick={() => setNew(true)}>
          {words.addToken}
        </Button>
      }
    >
      <Credentials
        label={words.tokens}
        query={query}
        empty={words.noneYet}
        changes={tokensKey}
        removeText={words.removeTokenText}
        onRemove={(key_id) => client.deletePersonalAccessToken({ key_id })}
      />
      {isNew && <TokenDialog changes={tokensKey} onClose={() => setNew(false)} />}
    </Section>
  )
}
