// The secrets of the organization: their names, never their values.
import type { Output } from '@parley/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { formatFull, formatMoment } from '../base/format.ts'
import { useNow } from '../ui/use-now.ts'
import { useSession } from '../session/session-context.ts'
import { settingsTexts } from '../settings/texts.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, TextArea, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { readFaults } from '../settings/faults.ts'
import { PagedTable } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { usePages } from '../settings/use-pages.ts'
import { secretTexts as words } from './texts.ts'

const key = ['secrets'] as const
type Secret = Output<'listSecrets'>['data'][number]

export function SecretsPage() {
  return (
    <SettingsPage title={words.title} intro={words.intro}>
      <Needs scopes={['organizations:manage']} to={words.toManage}>
        <Secrets />
      </Needs>
    </SettingsPage>
  )
}

function Secrets() {
  const { client } = useSession()
  const now = useNow()
  const query = usePages<Secret>(key, (page, call) => client.listSecrets(page, call))
  /** The name of the secret to set; empty for a new one. */
  const [set, setSet] = useState<string | null>(null)
  const [removed, setRemoved] = useState<string | null>(null)
  return (
    <Section
      title={words.list}
      action={
        <Button icon="plus" onClick={() => setSet('')}>
          {words.add}
        </Button>
      }
    >
      <PagedTable
        label={words.list}
        query={query}
        empty={words.empty}
        keyOf={({ name }) => name}
        columns={[
          { name: words.name, render: ({ name }) => <code className="font-mono text-xs break-all">{name}</code> },
          {
            name: words.updated,
            render: ({ updated_at }) => <span title={formatFull(updated_at)}>{formatMoment(updated_at, now)}</span>,
          },
        ]}
        renderActions={({ name }) => (
          <>
            <IconButton icon="edit" label={words.replace(name)} onClick={() => setSet(name)} />
            <IconButton icon="trash" label={words.remove(name)} onClick={() => setRemoved(name)} />
          </>
        )}
      />
      {set !== null && <SecretDialog name={set} onClose={() => setSet(null)} />}
      {removed !== null && (
        <AskDialog
          title={words.remove(removed)}
          text={words.removeText}
          submit={settingsTexts.delete}
          done={words.removed(removed)}
          isDangerous
          changes={[key]}
          act={() => client.deleteSecret({ name: removed })}
          onClose={() => setRemoved(null)}
        />
      )}
    </Section>
  )
}

/** A value can be entered, but no stored value can be read. */
function SecretDialog({ name: known, onClose }: { name: string; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [name, setName] = useState(known)
  const [value, setValue] = useState('')
  const [isChecked, setChecked] = useState(false)
  const set = useMutation({
    mutationFn: () => client.setSecret({ name, value }),
    onSuccess: async () => {
      notify(words.done(name))
      onClose()
      await queries.invalidateQueries({ queryKey: key })
    },
  })
  const faults = readFaults(set.error, ['name', 'value'])
  const isNameFit = /^[A-Z_][A-Z0-9_]{0,63}$/.test(name)
  const submit = () => {
    setChecked(true)
    if (isNameFit && value !== '') set.mutate()
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={known === '' ? words.add : words.replace(known)}
      submit={words.submit}
      isPending={set.isPending}
      error={faults.other}
      onSubmit={submit}
    >
      {known === '' && (
        <Field
          label={words.name}
          hint={words.nameHint}
          error={isChecked && !isNameFit ? words.nameUnfit : faults.fields['name']}
        >
          <TextInput
            value={name}
            maxLength={64}
            spellCheck={false}
            autoComplete="off"
            className="font-mono"
            onValueChange={(text) => setName(text.toUpperCase())}
          />
        </Field>
      )}
      <Field
        label={words.value}
        hint={words.valueHint}
        error={isChecked && value === '' ? words.valueMissing : faults.fields['value']}
      >
        <TextArea
          value={value}
          maxLength={8192}
          spellCheck={false}
          autoComplete="off"
          className="font-mono text-xs"
          onChange={(event) => setValue(event.target.value)}
        />
      </Field>
    </ConfirmDialog>
  )
}
