// Creates a budget or changes one. If it is to stop, the effect is said before it is saved.
import { type BudgetPeriod, type BudgetUnit, budgetPeriods, budgetUnits } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { AgentChoice } from '../agent-names/agent-choice.tsx'
import { type Budget, budgetsKey } from '../billing/use-budgets.ts'
import { useCurrency } from '../billing/use-currency.ts'
import { useSession } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { Check } from '../settings/parts.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput, TextArea, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { TimeZoneField } from '../ui/time-zone-field.tsx'
import { type BudgetDraft, draftOf, fieldsOf, findFaults, freshBudget } from './budget-draft.ts'
import { StopEffect } from './stop-effect.tsx'
import { budgetTexts as words } from './texts.ts'

const fieldNames = ['name', 'agent_id', 'unit', 'amount', 'period', 'time_zone', 'warn_at', 'message'] as const
type FieldName = (typeof fieldNames)[number]

export function BudgetDialog({ budget, onClose }: { budget?: Budget; onClose: () => void }) {
  const session = useSession()
  const queries = useQueryClient()
  const currency = useCurrency(session)
  const [draft, setDraft] = useState(() => (budget ? draftOf(budget) : freshBudget(ownTimeZone())))
  const [isChecked, setChecked] = useState(false)
  const save = useMutation({
    mutationFn: async () => {
      const fields = fieldsOf(draft)
      if (budget) await session.client.updateBudget({ budget_id: budget.id, ...fields })
      else await session.client.createBudget(fields)
    },
    onSuccess: async () => {
      notify(budget ? words.changed : words.created)
      onClose()
      await queries.invalidateQueries({ queryKey: budgetsKey })
    },
  })
  const faults = findFaults(draft)
  const refused = readFaults(save.error, fieldNames)
  const faultOf = (field: FieldName) => {
    const own = isChecked ? faults.get(field as Parameters<typeof faults.get>[0]) : undefined
    return own ? words.faults[own] : refused.fields[field]
  }
  const change = (changed: Partial<BudgetDraft>) => setDraft({ ...draft, ...changed })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={budget ? words.editTitle : words.add}
      submit={budget ? words.save : words.create}
      isPending={save.isPending}
      error={refused.other}
      onSubmit={() => {
        setChecked(true)
        if (faults.size === 0) save.mutate()
      }}
    >
      <WhatFields draft={draft} currency={currency} faultOf={faultOf} onChange={change} />
      <WhenFields draft={draft} currency={currency} faultOf={faultOf} onChange={change} />
      <Check label={words.stop} hint={words.stopHint} isChecked={draft.stop} onChange={(stop) => change({ stop })} />
      {draft.stop && (
        <>
          <Field label={words.message} hint={words.messageHint} error={faultOf('message')}>
            <TextArea
              maxLength={2000}
              value={draft.message}
              onChange={({ target }) => change({ message: target.value })}
            />
          </Field>
          <StopEffect draft={draft} budget={budget} currency={currency} />
        </>
      )}
    </ConfirmDialog>
  )
}

const ownTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

interface FieldsProps {
  draft: BudgetDraft
  currency: string | null
  faultOf: (field: FieldName) => string | undefined
  onChange: (change: Partial<BudgetDraft>) => void
}

function WhatFields({ draft, currency, faultOf, onChange }: FieldsProps) {
  const { scopes } = useSession()
  return (
    <>
      <Field label={words.name} error={faultOf('name')}>
        <TextInput value={draft.name} maxLength={200} autoComplete="off" onValueChange={(name) => onChange({ name })} />
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label={words.unit} error={faultOf('unit')}>
          <SelectInput value={draft.unit} onChange={({ target }) => onChange({ unit: target.value as BudgetUnit })}>
            {budgetUnits.map((unit) => (
              <option key={unit} value={unit}>
                {words.units[unit]}
              </option>
            ))}
          </SelectInput>
        </Field>
        <Field
          label={draft.unit === 'cost' && currency !== null ? words.amountIn(currency) : words.amount}
          error={faultOf('amount')}
        >
          <TextInput
            inputMode={draft.unit === 'cost' ? 'decimal' : 'numeric'}
            maxLength={25}
            autoComplete="off"
            value={draft.amount}
            onValueChange={(amount) => onChange({ amount: amount.trim() })}
          />
        </Field>
      </div>
      <Field label={words.agentField} error={faultOf('agent_id')}>
        <AgentChoice
          all={words.allAgents}
          chosen={draft.agent_id === '' ? undefined : draft.agent_id}
          onChoose={(chosen) => onChange({ agent_id: chosen ?? '' })}
        />
      </Field>
      {scopes.has('child_organizations:manage') && draft.agent_id === '' && (
        <Check label={words.subtree} isChecked={draft.subtree} onChange={(subtree) => onChange({ subtree })} />
      )}
    </>
  )
}

function WhenFields({ draft, faultOf, onChange }: FieldsProps) {
  return (
    <>
      <div className="grid grid-cols-2 gap-3">
        <Field label={words.period} error={faultOf('period')}>
          <SelectInput
            value={draft.period}
            onChange={({ target }) => onChange({ period: target.value as BudgetPeriod })}
          >
            {budgetPeriods.map((period) => (
              <option key={period} value={period}>
                {words.periods[period]}
              </option>
            ))}
          </SelectInput>
        </Field>
        <Field label={words.warnAt} error={faultOf('warn_at')}>
          <TextInput
            value={draft.warn_at}
            maxLength={100}
            autoComplete="off"
            onValueChange={(warn_at) => onChange({ warn_at })}
          />
        </Field>
      </div>
      <p className="-mt-3 text-xs text-faint">{words.warnAtHint}</p>
      {draft.period !== 'total' && (
        <TimeZoneField
          label={words.timeZone}
          hint={words.timeZoneHint}
          error={faultOf('time_zone')}
          value={draft.time_zone}
          onChange={(time_zone) => onChange({ time_zone })}
        />
      )}
    </>
  )
}
