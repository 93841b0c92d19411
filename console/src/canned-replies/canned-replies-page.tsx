// Canned replies: everybody who can answer sees and changes them.
import { type CannedReply, handOffBounds, shortcutPattern } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTeams } from '../handling/use-teams.ts'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { readFaults } from '../settings/faults.ts'
import { PagedTable } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { usePages } from '../settings/use-pages.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput, TextArea, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { SearchField } from '../ui/search-field.tsx'
import { cannedTexts as words } from './texts.ts'

const cannedKey = ['canned-replies'] as const
const needed = ['conversations:reply'] as const

export function CannedRepliesPage() {
  const session = useSession()
  const [isNew, setNew] = useState(false)
  return (
    <SettingsPage
      title={words.title}
      intro={words.intro}
      action={
        holdsAny(session, needed) && (
          <Button icon="plus" kind="primary" onClick={() => setNew(true)}>
            {words.add}
          </Button>
        )
      }
    >
      <Needs scopes={needed} to={words.toSee}>
        <CannedReplies />
      </Needs>
      {isNew && <CannedDialog onClose={() => setNew(false)} />}
    </SettingsPage>
  )
}

function CannedReplies() {
  const { client } = useSession()
  const [search, setSearch] = useState<string | undefined>(undefined)
  const [edited, setEdited] = useState<CannedReply | null>(null)
  const [removed, setRemoved] = useState<CannedReply | null>(null)
  const { data: teams = [] } = useTeams()
  const query = usePages<CannedReply>([...cannedKey, 'list', search], (page, call) =>
    client.listCannedReplies({ ...page, ...(search === undefined ? {} : { search }) }, call),
  )
  const nameOfTeam = (key: string | null) =>
    key === null ? words.allTeams : (teams.find((team) => team.key === key)?.name ?? key)
  return (
    <Section title={words.list} action={<SearchField label={words.search} value={search ?? ''} onChange={setSearch} />}>
      <PagedTable
        label={words.list}
        query={query}
        empty={words.empty}
        keyOf={({ id }) => id}
        columns={[
          {
            name: words.shortcut,
            render: ({ shortcut, title }) => (
              <>
                <code className="font-mono text-xs text-accent-strong">/{shortcut}</code>
                <span className="block font-medium">{title}</span>
              </>
            ),
          },
          { name: words.text, isExtra: true, render: ({ text }) => <span className="line-clamp-2">{text}</span> },
          { name: words.team, isExtra: true, render: ({ team }) => nameOfTeam(team) },
        ]}
        renderActions={(reply) => (
          <>
            <IconButton icon="edit" label={words.edit(reply.shortcut)} onClick={() => setEdited(reply)} />
            <IconButton icon="trash" label={words.remove(reply.shortcut)} onClick={() => setRemoved(reply)} />
          </>
        )}
      />
      {edited && <CannedDialog reply={edited} onClose={() => setEdited(null)} />}
      {removed && (
        <AskDialog
          title={words.removeTitle(removed.shortcut)}
          text={words.removeText}
          submit={words.remove(removed.shortcut)}
          done={words.removed}
          isDangerous
          changes={[cannedKey]}
          act={() => client.deleteCannedReply({ canned_reply_id: removed.id })}
          onClose={() => setRemoved(null)}
        />
      )}
    </Section>
  )
}

function CannedDialog({ reply, onClose }: { reply?: CannedReply; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? '')
  const [title, setTitle] = useState(reply?.title ?? '')
  const [text, setText] = useState(reply?.text ?? '')
  const [team, setTeam] = useState(reply?.team ?? '')
  const [isChecked, setChecked] = useState(false)
  const save = useMutation({
    mutationFn: () => {
      const fields = { shortcut, title: title.trim(), text, team: team === '' ? null : team }
      if (!reply) return client.createCannedReply(fields)
      return client.updateCannedReply({ ...fields, canned_reply_id: reply.id, if_match: String(reply.revision) })
    },
    async onSuccess() {
      notify(words.saved)
      onClose()
      await queries.invalidateQueries({ queryKey: cannedKey })
    },
  })
  const unfit = faultsOf({ shortcut, title, text })
  const { fields, other } = readFaults(save.error, ['shortcut', 'title', 'text', 'team'], {
    shortcut_taken: 'shortcut',
  })
  const faults = isChecked ? { ...fields, ...unfit } : fields
  const hasChanged = save.error instanceof ApiError && save.error.code === 'revision_mismatch'
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={reply ? words.editTitle : words.add}
      submit={reply ? words.save : words.addSubmit}
      isPending={save.isPending}
      error={hasChanged ? words.changed : other}
      onSubmit={() => {
        setChecked(true)
        if (Object.keys(unfit).length === 0) save.mutate()
      }}
    >
      <Field label={words.shortcut} hint={words.shortcutHint} error={faults['shortcut']}>
        <TextInput
          value={shortcut}
          maxLength={40}
          autoComplete="off"
          className="font-mono"
          onValueChange={setShortcut}
        />
      </Field>
      <Field label={words.name} error={faults['title']}>
        <TextInput value={title} maxLength={handOffBounds.canned_reply.title} onValueChange={setTitle} />
      </Field>
      <Field label={words.text} hint={words.textHint} error={faults['text']}>
        <TextArea
          value={text}
          maxLength={handOffBounds.canned_reply.text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <TeamField team={team} error={faults['team']} onChange={setTeam} />
    </ConfirmDialog>
  )
}

interface Written {
  shortcut: string
  title: string
  text: string
}

function faultsOf({ shortcut, title, text }: Written): Record<string, string> {
  return {
    ...(new RegExp(shortcutPattern).test(shortcut) ? {} : { shortcut: words.shortcutHint }),
    ...(title.trim() === '' ? { title: words.nameMissing } : {}),
    ...(text.trim() === '' ? { text: words.textMissing } : {}),
  }
}

interface TeamFieldProps {
  /** Blank for all. */
  team: string
  error: string | undefined
  onChange: (team: string) => void
}

function TeamField({ team, error, onChange }: TeamFieldProps) {
  const { data: teams = [] } = useTeams()
  return (
    <Field label={words.team} error={error}>
      <SelectInput value={team} onChange={(event) => onChange(event.target.value)}>
        <option value="">{words.allTeams}</option>
        {teams.map(({ key, name }) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </SelectInput>
    </Field>
  )
}
