// Creates a key of the organization with permissions, agents and an expiry. It is shown once.
import { type Role, type Scope, roles } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAgentNames, useFoundAgents } from '../agent-names/use-agents.ts'
import { useSession } from '../session/session-context.ts'
import { agentNameTexts } from '../agent-names/texts.ts'
import { settingsTexts } from '../settings/texts.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { readFaults } from '../settings/faults.ts'
import { Check, Choices, FormFault } from '../settings/parts.tsx'
import { grantableRoles } from '../session/rights.ts'
import { ShownOnce } from '../settings/shown-once.tsx'
import { ExpiryField, type Life, expiryOf } from './expiry-field.tsx'
import { McpFields } from './mcp-fields.tsx'
import { type McpOfKey, narrowingOf } from './mcp-of-key.ts'
import { keyTexts as words } from './texts.ts'

type Power = Role | 'scopes'

interface Draft {
  name: string
  power: Power
  scopes: ReadonlySet<Scope>
  /** Empty for all agents. */
  agent_ids: ReadonlySet<string>
  mcp: McpOfKey
  life: Life
}

const created = { title: words.done, text: settingsTexts.shownOnce, label: words.label }

export function KeyDialog({ changes, onClose }: { changes: readonly string[]; onClose: () => void }) {
  const session = useSession()
  const queries = useQueryClient()
  const grantable = grantableRoles(session)
  const [draft, setDraft] = useState<Draft>({
    name: '',
    power: grantable.includes('viewer') ? 'viewer' : 'scopes',
    scopes: new Set(),
    agent_ids: new Set(),
    mcp: {},
    life: '90',
  })
  const [isChecked, setChecked] = useState(false)
  const create = useMutation({
    mutationFn: () => session.client.createOrganizationKey(requestOf(draft)),
    onSuccess: () => queries.invalidateQueries({ queryKey: changes }),
  })
  if (create.data) return <ShownOnce {...created} value={create.data.pat_key} onClose={onClose} />
  const change = (fields: Partial<Draft>) => setDraft({ ...draft, ...fields })
  const isNamed = draft.name.trim() !== ''
  const isPowerful = draft.power !== 'scopes' || draft.scopes.size > 0
  const faults = readFaults(create.error, ['name'])
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.add}
      submit={words.submit}
      isPending={create.isPending}
      error={faults.other}
      onSubmit={() => {
        setChecked(true)
        if (isNamed && isPowerful) create.mutate()
      }}
    >
      <Field
        label={words.name}
        hint={words.nameHint}
        error={isChecked && !isNamed ? words.nameMissing : faults.fields['name']}
      >
        <TextInput value={draft.name} maxLength={200} autoComplete="off" onValueChange={(name) => change({ name })} />
      </Field>
      <Choices
        legend={words.power}
        name="power"
        choices={[
          ...roles
            .filter((role) => grantable.includes(role))
            .map((role) => [role, settingsTexts.roles[role], settingsTexts.roleHints[role]] as const),
          ['scopes', words.chosenScopes, words.chosenScopesHint],
        ]}
        chosen={draft.power}
        onChoose={(power) => change({ power })}
      />
      {draft.power === 'scopes' && <Scopes chosen={draft.scopes} onChange={(scopes) => change({ scopes })} />}
      <FormFault text={isChecked && !isPowerful ? words.scopesMissing : null} />
      <Agents chosen={draft.agent_ids} onChange={(agent_ids) => change({ agent_ids })} />
      <McpFields mcp={draft.mcp} onChange={(mcp) => change({ mcp })} />
      <ExpiryField life={draft.life} onChange={(life) => change({ life })} />
    </ConfirmDialog>
  )
}

function requestOf({ name, power, scopes, agent_ids, mcp, life }: Draft) {
  return {
    name: name.trim(),
    ...(power === 'scopes' ? { scopes: [...scopes] } : { role: power }),
    agent_ids: agent_ids.size === 0 ? null : [...agent_ids],
    mcp: narrowingOf(mcp) ?? null,
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

/** Only the scopes of capabilities that exist. Callers can grant only the scopes they have. */
function Scopes({ chosen, onChange }: SetProps<Scope>) {
  const { scopes } = useSession()
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="sr-only">{words.scopes}</legend>
      {(Object.entries(words.scopeMeanings) as [Scope, string][]).map(([scope, meaning]) => (
        <Check
          key={scope}
          label={<code className="font-mono text-xs">{scope}</code>}
          hint={scopes.has(scope) ? meaning : words.notHeld}
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
          {chosen.size === 0 ? words.allAgents : words.agentCount(chosen.size)}
        </summary>
      }
    >
      <fieldset className="flex max-h-60 flex-col gap-1.5 overflow-y-auto border-t border-line p-3">
        <legend className="sr-only">{words.agents}</legend>
        <TextInput
          aria-label={agentNameTexts.contains}
          placeholder={agentNameTexts.contains}
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
        {list.length === 0 && <p className="text-soft">{agentNameTexts.none}</p>}
      </fieldset>
    </Disclosure>
  )
}
