// A new key of the organization: what it may do, on which agents, until when. Its text is shown once.
import { type Scope, roles } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAgentNames, useFoundAgents } from '../agent-names/use-agents.ts'
import { useSession } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { words } from '../settings/texts.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { readFaults } from '../settings/faults.ts'
import { Check, Choices, FormFault } from '../settings/parts.tsx'
import { grantableRoles } from '../session/rights.ts'
import { ShownOnce } from '../settings/shown-once.tsx'
import { ExpiryField, type Life, expiryOf } from './expiry-field.tsx'

const own = words.keys
type Power = 'admin' | 'viewer' | 'scopes'

interface Draft {
  name: string
  power: Power
  scopes: ReadonlySet<Scope>
  /** None: of all agents. */
  agent_ids: ReadonlySet<string>
  life: Life
}

export function KeyDialog({ changes, onClose }: { changes: readonly string[]; onClose: () => void }) {
  const session = useSession()
  const queries = useQueryClient()
  const grantable = grantableRoles(session)
  const [draft, setDraft] = useState<Draft>({
    name: '',
    power: grantable.includes('viewer') ? 'viewer' : 'scopes',
    scopes: new Set(),
    agent_ids: new Set(),
    life: '90',
  })
  const [isChecked, setChecked] = useState(false)
  const create = useMutation({
    mutationFn: () => session.client.createOrganizationKey(requestOf(draft)),
    onSuccess: () => queries.invalidateQueries({ queryKey: changes }),
  })
  if (create.data) {
    const { pat_key } = create.data
    return <ShownOnce title={own.done} text={words.shownOnce} label={own.label} value={pat_key} onClose={onClose} />
  }
  const change = (fields: Partial<Draft>) => setDraft({ ...draft, ...fields })
  const isNamed = draft.name.trim() !== ''
  const isPowerful = draft.power !== 'scopes' || draft.scopes.size > 0
  const faults = readFaults(create.error, ['name'])
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={own.add}
      submit={own.submit}
      isPending={create.isPending}
      error={faults.other}
      onSubmit={() => {
        setChecked(true)
        if (isNamed && isPowerful) create.mutate()
      }}
    >
      <Field
        label={own.name}
        hint={own.nameHint}
        error={isChecked && !isNamed ? own.nameMissing : faults.fields['name']}
      >
        <TextInput value={draft.name} maxLength={200} autoComplete="off" onValueChange={(name) => change({ name })} />
      </Field>
      <Choices
        legend={own.power}
        name="power"
        choices={[
          ...roles
            .filter((role) => grantable.includes(role))
            .map((role) => [role, words.members.roles[role], words.members.roleHints[role]] as const),
          ['scopes', own.chosenScopes, own.chosenScopesHint],
        ]}
        chosen={draft.power}
        onChoose={(power) => change({ power })}
      />
      {draft.power === 'scopes' && <Scopes chosen={draft.scopes} onChange={(scopes) => change({ scopes })} />}
      <FormFault text={isChecked && !isPowerful ? own.scopesMissing : null} />
      <Agents chosen={draft.agent_ids} onChange={(agent_ids) => change({ agent_ids })} />
      <ExpiryField life={draft.life} onChange={(life) => change({ life })} />
    </ConfirmDialog>
  )
}

function requestOf({ name, power, scopes, agent_ids, life }: Draft) {
  return {
    name: name.trim(),
    ...(power === 'scopes' ? { scopes: [...scopes] } : { role: power }),
    agent_ids: agent_ids.size === 0 ? null : [...agent_ids],
    expires_at: expiryOf(life, Date.now()),
  }
}

function toggled<T>(set: ReadonlySet<T>, value: T, isIn: boolean): Set<T> {
  const next = new Set(set)
  if (isIn) next.add(value)
  else next.delete(value)
  return next
}

interface SetProps<T> {
  chosen: ReadonlySet<T>
  onChange: (chosen: ReadonlySet<T>) => void
}

/** Those of capabilities that are there. Nobody gives what he does not hold. */
function Scopes({ chosen, onChange }: SetProps<Scope>) {
  const { scopes } = useSession()
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="sr-only">{own.scopes}</legend>
      {(Object.entries(words.scopes) as [Scope, string][]).map(([scope, meaning]) => (
        <Check
          key={scope}
          label={<code className="font-mono text-xs">{scope}</code>}
          hint={scopes.has(scope) ? meaning : own.notHeld}
          isChecked={chosen.has(scope)}
          isDisabled={!scopes.has(scope)}
          onChange={(isIn) => onChange(toggled(chosen, scope, isIn))}
        />
      ))}
    </fieldset>
  )
}

function Agents({ chosen, onChange }: SetProps<string>) {
  const session = useSession()
  const [text, setText] = useState('')
  const { list } = useFoundAgents(session, text)
  const known = useAgentNames(session).list
  if (known.length === 0) return null
  return (
    <Disclosure
      className="rounded-md border border-line"
      summary={
        <summary className="rounded-md px-3 py-1.5 hover:bg-hover">
          {chosen.size === 0 ? own.allAgents : own.agentCount(chosen.size)}
        </summary>
      }
    >
      <fieldset className="flex max-h-60 flex-col gap-1.5 overflow-y-auto border-t border-line p-3">
        <legend className="sr-only">{own.agents}</legend>
        <TextInput
          aria-label={texts.filters.contains}
          placeholder={texts.filters.contains}
          className="mb-1 shrink-0"
          value={text}
          maxLength={200}
          onValueChange={setText}
        />
        {list.map(({ id, name }) => (
          <Check
            key={id}
            label={name}
            isChecked={chosen.has(id)}
            onChange={(isIn) => onChange(toggled(chosen, id, isIn))}
          />
        ))}
        {list.length === 0 && <p className="text-soft">{texts.filters.noAgent}</p>}
      </fieldset>
    </Disclosure>
  )
}
