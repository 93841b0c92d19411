// What the organization offers over MCP to all of its clients: whether, how it is listed, and which tools.
import { mcpModes } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ToolChoice } from '../mcp-tools/tool-choice.tsx'
import { mcpToolTexts } from '../mcp-tools/texts.ts'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { Check, Choices, FormFault } from '../settings/parts.tsx'
import { Needs, Section } from '../settings/settings-page.tsx'
import { Button } from '../ui/button.tsx'
import { Facts } from '../ui/facts.tsx'
import { notify } from '../ui/notify.ts'
import { type Settings, settingsKey } from './settings.ts'
import { mcpTexts as words } from './texts.ts'

export function SettingsSection({ settings }: { settings: Settings }) {
  const mayChange = holdsAny(useSession(), ['organizations:manage'])
  return (
    <>
      <Section title={words.settings} intro={words.settingsIntro}>
        {mayChange ? (
          <SettingsForm key={JSON.stringify(settings)} settings={settings} />
        ) : (
          <Shown settings={settings} />
        )}
      </Section>
      <Needs scopes={['organizations:manage']} to={words.toChange}>
        {null}
      </Needs>
    </>
  )
}

function Shown({ settings: { enabled, mode, tools, read_only } }: { settings: Settings }) {
  return (
    <Facts
      className="p-4"
      rows={[
        [words.state, enabled ? words.on : words.offState],
        [words.mode, mcpToolTexts.modes[mode]],
        [words.onlyReads, read_only ? words.yes : words.no],
        [words.which, tools.length === 0 ? words.all : <code key="tools">{tools.join(', ')}</code>],
      ]}
    />
  )
}

function SettingsForm({ settings }: { settings: Settings }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [draft, setDraft] = useState(settings)
  const [isSome, setSome] = useState(settings.tools.length > 0)
  const [isChecked, setChecked] = useState(false)
  const wanted = { ...draft, tools: isSome ? draft.tools : [] }
  const isNoneChosen = isSome && draft.tools.length === 0
  const save = useMutation({
    mutationFn: () => client.updateMcpSettings(wanted),
    onSuccess: (saved) => {
      notify(words.saved)
      queries.setQueryData(settingsKey, saved)
    },
  })
  const change = (fields: Partial<Settings>) => setDraft({ ...draft, ...fields })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (!isNoneChosen) save.mutate()
  }
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4 p-4">
      <Check
        label={words.enabled}
        hint={words.enabledHint}
        isChecked={draft.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      <Check
        label={words.onlyReads}
        hint={words.onlyReadsHint}
        isChecked={draft.read_only}
        onChange={(read_only) => change({ read_only })}
      />
      <Choices
        legend={words.mode}
        name="mcp-mode"
        choices={mcpModes.map((mode) => [mode, mcpToolTexts.modes[mode], mcpToolTexts.modeHints[mode]] as const)}
        chosen={draft.mode}
        onChoose={(mode) => change({ mode })}
      />
      <Choices
        legend={words.which}
        name="mcp-which"
        choices={[
          ['all', words.all],
          ['some', words.some],
        ]}
        chosen={isSome ? 'some' : 'all'}
        onChoose={(which) => setSome(which === 'some')}
      />
      {isSome && <ToolChoice chosen={draft.tools} onChange={(tools) => change({ tools })} />}
      <FormFault text={isChecked && isNoneChosen ? words.noneChosen : readFaults(save.error).other} />
      <Button type="submit" kind="primary" className="self-start" disabled={save.isPending}>
        {words.save}
      </Button>
    </form>
  )
}
