// The page of an organization below the caller's: what it is, the actions on it, its members and invitations, and those below it.
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { formatDay } from '../base/format.ts'
import { Invitations } from '../people/invitations.tsx'
import { type Invited, InviteDialog } from '../people/invite-dialog.tsx'
import { Members } from '../people/members.tsx'
import { useSession } from '../session/session-context.ts'
import { LoadFault } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { Button, buttonClasses } from '../ui/button.tsx'
import { Facts } from '../ui/facts.tsx'
import { LoadingState } from '../ui/state.tsx'
import { type Asked, ChildDialogs } from './child-dialogs.tsx'
import { ChildStatus } from './child-status.tsx'
import { organizationsTexts as words } from './texts.ts'
import { type Child, Level, childrenKey } from './tree.tsx'
import { useChildPeople } from './use-child-people.ts'

const from = '/pages/settings-frame/settings/organizations/$organization_id'

export function ChildPage() {
  const { organization_id } = useParams({ from })
  return (
    <Needs scopes={['child_organizations:manage']} to={words.toManage}>
      <Found key={organization_id} organization_id={organization_id} />
    </Needs>
  )
}

function Found({ organization_id }: { organization_id: string }) {
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...childrenKey, 'one', organization_id],
    queryFn: ({ signal }) => client.getChildOrganization({ organization_id }, { signal }),
  })
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  return (
    <SettingsPage
      title={data?.name ?? words.one}
      intro={
        <Link to="/settings/organizations" className="underline underline-offset-2 hover:text-ink">
          {words.back}
        </Link>
      }
    >
      {isPending && <LoadingState />}
      {error && !data && <LoadFault error={error} onRetry={() => void refetch()} />}
      {data && (
        <>
          <About child={data} />
          <ChildPeople organization_id={data.id} />
          <Section
            title={words.below}
            action={
              <Link to="/settings/organizations/new" search={{ parent: data.id }} className={buttonClasses('plain')}>
                {words.addBelow}
              </Link>
            }
          >
            <Level parent_id={data.id} label={words.below} empty={words.noneBelow} />
          </Section>
        </>
      )}
    </SettingsPage>
  )
}

function About({ child }: { child: Child }) {
  const { user } = useSession()
  const [asked, setAsked] = useState<Asked | null>(null)
  const { status } = child
  return (
    <Section
      title={words.facts}
      intro={user === null ? words.view.needsUser : undefined}
      action={
        <div className="flex flex-wrap gap-2">
          {user !== null && status === 'active' && (
            <Button icon="eye" onClick={() => setAsked('view')}>
              {words.view.open}
            </Button>
          )}
          <Button onClick={() => setAsked('edit')}>{words.edit}</Button>
          <Button onClick={() => setAsked(status === 'active' ? 'suspend' : 'activate')}>
            {status === 'active' ? words.suspend : words.activate}
          </Button>
        </div>
      }
    >
      <Facts
        className="p-4"
        rows={[
          [words.name, child.name],
          [words.slugName, <code key="slug">{child.slug}</code>],
          [words.id, <code key="id">{child.id}</code>],
          [words.status, <ChildStatus key="status" status={status} />],
          [words.depth, words.depths(child.depth)],
          [words.counts, `${words.members(child.member_count)}, ${words.children(child.child_count)}`],
          [words.created, formatDay(child.created_at)],
        ]}
      />
      <ChildDialogs child={child} asked={asked} onClose={() => setAsked(null)} />
    </Section>
  )
}

function ChildPeople({ organization_id }: { organization_id: string }) {
  const people = useChildPeople(organization_id)
  const [invited, setInvited] = useState<Invited | null>(null)
  return (
    <>
      <Members people={people} onPassword={setInvited} />
      <Invitations people={people} onInvite={() => setInvited({ email: '', role: 'admin' })} />
      {invited && <InviteDialog people={people} invited={invited} onClose={() => setInvited(null)} />}
    </>
  )
}
