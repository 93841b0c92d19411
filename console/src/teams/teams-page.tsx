// The list of teams.
import { type Team, teamKeyPattern } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { teamsKey } from '../handling/use-teams.ts'
import { useSession } from '../session/session-context.ts'
import { holdsAny } from '../session/rights.ts'
import { readFaults } from '../settings/faults.ts'
import { PagedTable } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { usePages } from '../settings/use-pages.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { useNow } from '../ui/use-now.ts'
import { describeOpen } from './open-text.ts'
import { teamTexts as words } from './texts.ts'

export function TeamsPage() {
  const session = useSession()
  const [isNew, setNew] = useState(false)
  const mayManage = holdsAny(session, ['members:manage'])
  return (
    <SettingsPage
      title={words.title}
      intro={words.intro}
      action={
        mayManage && (
          <Button icon="plus" kind="primary" onClick={() => setNew(true)}>
            {words.add}
          </Button>
        )
      }
    >
      <Needs scopes={['conversations:reply', 'members:manage']} to={words.toSee}>
        <Needs scopes={['members:manage']} to={words.toManage}>
          {null}
        </Needs>
        <Teams />
      </Needs>
      {isNew && <NewTeamDialog onClose={() => setNew(false)} />}
    </SettingsPage>
  )
}

function Teams() {
  const { client } = useSession()
  const now = useNow()
  const query = usePages<Team>(teamsKey, (page, call) => client.listTeams(page, call))
  return (
    <Section title={words.list}>
      <PagedTable
        label={words.list}
        query={query}
        empty={words.empty}
        keyOf={({ id }) => id}
        columns={[
          {
            name: words.name,
            render: ({ key, name, is_default }) => (
              <>
                <Link
                  to="/settings/teams/$team_key"
                  params={{ team_key: key }}
                  className="font-medium break-words text-accent-strong underline-offset-2 hover:underline"
                >
                  {name}
                </Link>
                {is_default && <span className="ml-1.5 text-xs text-faint">{words.isDefault}</span>}
                <code className="block font-mono text-xs text-faint">{key}</code>
              </>
            ),
          },
          {
            name: words.members,
            isExtra: true,
            render: ({ members, external }) => (external ? words.external : words.memberCount(members.length)),
          },
          { name: words.hours, render: (team) => describeOpen(team, now) },
        ]}
      />
    </Section>
  )
}

function NewTeamDialog({ onClose }: { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [key, setKey] = useState('')
  const [isChecked, setChecked] = useState(false)
  const create = useMutation({
    mutationFn: () => client.createTeam({ key: key.trim(), name: name.trim() }),
    async onSuccess(team) {
      notify(words.created)
      void queries.invalidateQueries({ queryKey: teamsKey })
      await navigate({ to: '/settings/teams/$team_key', params: { team_key: team.key } })
    },
  })
  const isKeyFit = new RegExp(teamKeyPattern).test(key.trim())
  const { fields, other } = readFaults(create.error, ['name', 'key'], { team_key_taken: 'key' })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.add}
      submit={words.addSubmit}
      isPending={create.isPending}
      error={other}
      onSubmit={() => {
        setChecked(true)
        if (name.trim() !== '' && isKeyFit) create.mutate()
      }}
    >
      <Field label={words.name} error={isChecked && name.trim() === '' ? words.fault.name : fields['name']}>
        <TextInput value={name} maxLength={200} autoComplete="off" onValueChange={setName} />
      </Field>
      <Field label={words.key} hint={words.keyHint} error={isChecked && !isKeyFit ? words.keyHint : fields['key']}>
        <TextInput value={key} maxLength={63} autoComplete="off" className="font-mono" onValueChange={setKey} />
      </Field>
    </ConfirmDialog>
  )
}
