// The page of one team: all of its settings in one form.
import type { Team } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { teamsKey, useTeams } from '../handling/use-teams.ts'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { readFaults } from '../settings/faults.ts'
import { LoadFault } from '../settings/paged-table.tsx'
import { FormFault } from '../settings/parts.tsx'
import { Needs, SettingsPage } from '../settings/settings-page.tsx'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { Button } from '../ui/button.tsx'
import { Field, SelectInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { LoadingState } from '../ui/state.tsx'
import { useNow } from '../ui/use-now.ts'
import { describeOpen } from './open-text.ts'
import { findFaults, toChange, toDraft } from './team-draft.ts'
import { TeamSections } from './team-sections.tsx'
import { teamTexts as words } from './texts.ts'

const from = '/pages/settings-frame/settings/teams/$team_key'
const teamKey = (team_key: string) => [...teamsKey, 'one', team_key] as const

export function TeamPage() {
  const { team_key } = useParams({ from })
  const { client } = useSession()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: teamKey(team_key),
    queryFn: ({ signal }) => client.getTeam({ team_key }, { signal }),
    // What is being changed is not replaced; the preview is as it was when it was read.
    refetchOnWindowFocus: false,
  })
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  return (
    <SettingsPage
      title={data?.name ?? words.title}
      intro={
        <Link to="/settings/teams" className="underline underline-offset-2 hover:text-ink">
          {words.back}
        </Link>
      }
    >
      <Needs scopes={['conversations:reply', 'members:manage']} to={words.toSee}>
        {isPending && <LoadingState />}
        {error && !data && <LoadFault error={error} onRetry={() => void refetch()} />}
        {data && <TeamForm key={data.revision} team={data} />}
      </Needs>
    </SettingsPage>
  )
}

function TeamForm({ team }: { team: Team }) {
  const { client } = useSession()
  const mayManage = holdsAny(useSession(), ['members:manage'])
  const queries = useQueryClient()
  const now = useNow()
  const [stored] = useState(() => toDraft(team))
  const [draft, setDraft] = useState(stored)
  const [isChecked, setChecked] = useState(false)
  const [isRemoving, setRemoving] = useState(false)
  const faults = findFaults(draft)
  const areHoursChanged = ['has_hours', 'time_zone', 'weekly', 'holidays'].some(
    (field) => draft[field as keyof typeof draft] !== stored[field as keyof typeof draft],
  )
  const save = useMutation({
    mutationFn: () => {
      const change = toChange(draft) as Omit<Parameters<typeof client.updateTeam>[0], 'team_key'>
      return client.updateTeam({ ...change, team_key: team.key, if_match: String(team.revision) })
    },
    async onSuccess(saved) {
      notify(words.saved)
      queries.setQueryData(teamKey(saved.key), saved)
      await queries.invalidateQueries({ queryKey: teamsKey })
    },
  })
  const hasChanged = save.error instanceof ApiError && save.error.code === 'revision_mismatch'
  return (
    <form
      noValidate
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault()
        setChecked(true)
        if (faults.length === 0) save.mutate()
      }}
    >
      <Needs scopes={['members:manage']} to={words.toManage}>
        {null}
      </Needs>
      <TeamSections
        draft={draft}
        faults={new Set(isChecked ? faults : [])}
        onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        preview={
          <p role="status" className="text-soft">
            {describeOpen(team, now)}
            {areHoursChanged && <span className="block text-xs text-faint">{words.unsavedHours}</span>}
          </p>
        }
      />
      <FormFault text={hasChanged ? words.changed : readFaults(save.error).other} />
      {mayManage && (
        <div className="sticky bottom-0 flex flex-wrap gap-2 border-t border-line bg-canvas py-3">
          <Button type="submit" kind="primary" disabled={save.isPending}>
            {words.save}
          </Button>
          {hasChanged && (
            <Button onClick={() => void queries.invalidateQueries({ queryKey: teamKey(team.key) })}>
              {words.reload}
            </Button>
          )}
          <Button icon="trash" className="ml-auto" onClick={() => setRemoving(true)}>
            {words.remove}
          </Button>
        </div>
      )}
      {isRemoving && <RemoveDialog team={team} onClose={() => setRemoving(false)} />}
    </form>
  )
}

function RemoveDialog({ team: { key: team_key, name }, onClose }: { team: Team; onClose: () => void }) {
  const { client } = useSession()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { data: teams = [] } = useTeams()
  const [move_to, setMoveTo] = useState('')
  return (
    <AskDialog
      title={words.removeTitle(name)}
      text={words.removeText}
      submit={words.remove}
      done={words.removed}
      isDangerous
      changes={[]}
      act={() => client.deleteTeam({ team_key, ...(move_to === '' ? {} : { move_to }) })}
      onDone={() => {
        queries.removeQueries({ queryKey: teamKey(team_key) })
        void queries.invalidateQueries({ queryKey: teamsKey })
        void navigate({ to: '/settings/teams' })
      }}
      onClose={onClose}
    >
      <Field label={words.moveTo}>
        <SelectInput value={move_to} onChange={(event) => setMoveTo(event.target.value)}>
          <option value="">{words.moveToDefault}</option>
          {teams
            .filter(({ key }) => key !== team_key)
            .map(({ key, name: other }) => (
              <option key={key} value={key}>
                {other}
              </option>
            ))}
        </SelectInput>
      </Field>
    </AskDialog>
  )
}
