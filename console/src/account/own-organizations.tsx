// The organizations that the signed-in user is a member of, and the way from one to another.
import type { Output } from '@parley/sdk'
import { Link } from '@tanstack/react-router'
import { formatDay } from '../base/format.ts'
import { switchOrganization } from '../session/session.ts'
import { useSession, useSessionControl } from '../session/session-context.ts'
import { PagedTable } from '../settings/paged-table.tsx'
import { Section } from '../settings/settings-page.tsx'
import { settingsTexts } from '../settings/texts.ts'
import { usePages } from '../settings/use-pages.ts'
import { Button, buttonClasses } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { notifyError } from '../ui/notify.ts'
import { accountTexts } from './texts.ts'

const words = accountTexts.organizations

type Joined = Output<'listOrganizations'>['data'][number]

export function OwnOrganizations() {
  const { client, organization } = useSession()
  const { open } = useSessionControl()
  const query = usePages<Joined>(['own-organizations'], (page, call) => client.listOrganizations(page, call))
  return (
    <Section
      title={words.title}
      intro={words.intro}
      action={
        <Link to="/settings/organizations/new" className={buttonClasses('plain')}>
          <Icon name="plus" />
          {words.new}
        </Link>
      }
    >
      <PagedTable
        label={words.title}
        query={query}
        empty={words.empty}
        keyOf={({ id }) => id}
        columns={[
          { name: words.name, render: (joined) => <Name joined={joined} /> },
          { name: settingsTexts.role, render: ({ role }) => settingsTexts.roles[role] },
          { name: words.joined, isExtra: true, render: ({ created_at }) => formatDay(created_at) },
        ]}
        renderActions={({ id, name }) =>
          id === organization.id ? (
            <span className="px-2.5 py-1.5 text-xs text-faint">{words.present}</span>
          ) : (
            <Button
              aria-label={words.switchTo(name)}
              onClick={() => void switchOrganization(id).then(open, notifyError)}
            >
              {words.switch}
            </Button>
          )
        }
      />
    </Section>
  )
}

function Name({ joined: { name, slug, status } }: { joined: Joined }) {
  return (
    <>
      <span className="block break-words">{name}</span>
      <span className="block text-xs break-all text-faint">
        <span className="font-mono">{slug}</span>
        {status === 'suspended' && <span className="text-bad"> · {words.suspended}</span>}
      </span>
    </>
  )
}
