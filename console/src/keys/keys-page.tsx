// The organization's API keys, and one's own personal access tokens.
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { words } from '../settings/texts.ts'
import { Button } from '../ui/button.tsx'
import { Needs, Refused, Section, SettingsPage } from '../settings/settings-page.tsx'
import { type Credential, Credentials } from './credentials.tsx'
import { KeyDialog } from './key-dialog.tsx'
import { TokenDialog } from './token-dialog.tsx'
import { usePages } from '../settings/use-pages.ts'

const own = words.keys

export function KeysPage() {
  const { user } = useSession()
  return (
    <SettingsPage title={words.pages.keys} intro={own.intro}>
      <Needs scopes={['organizations:manage']} to={own.toManage}>
        <OrganizationKeys />
      </Needs>
      {user ? <OwnTokens /> : <Refused>{own.noTokens}</Refused>}
    </SettingsPage>
  )
}

const keysKey = ['keys'] as const
const tokensKey = ['tokens'] as const

function OrganizationKeys() {
  const { client } = useSession()
  const query = usePages<Credential>(keysKey, (page, call) => client.listOrganizationKeys(page, call))
  const [isNew, setNew] = useState(false)
  return (
    <Section
      title={own.list}
      intro={own.listIntro}
      action={
        <Button icon="plus" onClick={() => setNew(true)}>
          {own.add}
        </Button>
      }
    >
      <Credentials
        label={own.list}
        query={query}
        empty={own.empty}
        changes={keysKey}
        removeText={own.removeText}
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
      title={own.tokens}
      intro={own.tokensIntro}
      action={
        <Button icon="plus" onClick={() => setNew(true)}>
          {own.addToken}
        </Button>
      }
    >
      <Credentials
        label={own.tokens}
        query={query}
        empty={own.noneYet}
        changes={tokensKey}
        removeText={own.removeTokenText}
        onRemove={(key_id) => client.deletePersonalAccessToken({ key_id })}
      />
      {isNew && <TokenDialog changes={tokensKey} onClose={() => setNew(false)} />}
    </Section>
  )
}
