// Sets a price, from now or from another time on.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { billingTexts } from '../billing/texts.ts'
import { useCurrency } from '../billing/use-currency.ts'
import { useSession } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { Check } from '../settings/parts.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Field, SelectInput, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { useNow } from '../ui/use-now.ts'
import { type PriceDraft, type PriceField, findFaults, freshPrice, hasTokens, inputOf, ratesOf } from './price-draft.ts'
import { type Price, findLocked } from './price-state.ts'
import { priceTexts as words } from './texts.ts'
import { TierFields } from './tier-fields.tsx'
import { type PricedKind, type Wanted, kindsWithPrice } from './wanted.ts'

interface Props {
  wanted: Wanted
  known: readonly Price[]
  onClose: () => void
}

const fieldNames = [
  ...['model', 'kind', 'input', 'cached_input', 'cache_write', 'output', 'tiers', 'unit_price', 'valid_from'],
] as const

export function PriceDialog({ wanted, known, onClose }: Props) {
  const { client } = useSession()
  const queries = useQueryClient()
  const now = useNow()
  const [draft, setDraft] = useState(() => freshPrice(wanted))
  const [isChecked, setChecked] = useState(false)
  const save = useMutation({
    mutationFn: () => client.createPrice(inputOf(draft)),
    onSuccess: async () => {
      notify(words.created)
      onClose()
      await Promise.all([['prices'], ['usage']].map((queryKey) => queries.invalidateQueries({ queryKey })))
    },
  })
  const faults = findFaults(draft)
  const refused = readFaults(save.error, fieldNames)
  const faultOf = (field: PriceField | 'valid_from') => {
    const own = isChecked && field !== 'valid_from' ? faults.get(field) : undefined
    return own ? words.faults[own] : refused.fields[field]
  }
  const locked = findLocked(known, { kind: draft.kind, model: draft.model.trim() || null }, now.getTime())
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.add}
      submit={words.create}
      isPending={save.isPending}
      error={refused.other}
      onSubmit={() => {
        setChecked(true)
        if (faults.size === 0) save.mutate()
      }}
    >
      <PriceFields draft={draft} faultOf={faultOf} onChange={(change) => setDraft({ ...draft, ...change })} />
      {locked && (
        <p role="status" className="rounded-md bg-warn-wash px-3 py-2 text-warn">
          {words.lockedAbove}
        </p>
      )}
    </ConfirmDialog>
  )
}

interface FieldsProps {
  draft: PriceDraft
  faultOf: (field: PriceField | 'valid_from') => string | undefined
  onChange: (change: Partial<PriceDraft>) => void
}

function PriceFields({ draft, faultOf, onChange }: FieldsProps) {
  const session = useSession()
  const { kind } = draft
  return (
    <>
      <Field label={words.kind}>
        <SelectInput value={kind} onChange={({ target }) => onChange({ kind: target.value as PricedKind })}>
          {kindsWithPrice.map((name) => (
            <option key={name} value={name}>
              {billingTexts.kinds[name]}
            </option>
          ))}
        </SelectInput>
      </Field>
      <Field label={words.model} hint={words.modelHint} error={faultOf('model')}>
        <TextInput
          value={draft.model}
          maxLength={301}
          autoComplete="off"
          spellCheck={false}
          onValueChange={(model) => onChange({ model })}
        />
      </Field>
      <AmountFields draft={draft} faultOf={faultOf} onChange={onChange} />
      {hasTokens(kind) && (
        <TierFields
          kind={kind}
          tiers={draft.tiers}
          fault={faultOf('tiers')}
          onChange={(tiers) => onChange({ tiers })}
        />
      )}
      <Field label={words.validFrom} hint={words.validFromHint} error={faultOf('valid_from')}>
        <TextInput
          type="datetime-local"
          value={draft.valid_from}
          onValueChange={(valid_from) => onChange({ valid_from })}
        />
      </Field>
      {session.scopes.has('child_organizations:manage') && (
        <Check
          label={words.locked}
          hint={words.lockedHint}
          isChecked={draft.locked}
          onChange={(locked) => onChange({ locked })}
        />
      )}
    </>
  )
}

function AmountFields({ draft, faultOf, onChange }: FieldsProps) {
  const currency = useCurrency(useSession()) ?? ''
  if (!hasTokens(draft.kind)) {
    return (
      <Field label={words.unitPrice} hint={words.unitHint(currency)} error={faultOf('unit_price')}>
        <TextInput
          inputMode="decimal"
          maxLength={25}
          autoComplete="off"
          value={draft.unit_price}
          onValueChange={(unit_price) => onChange({ unit_price: unit_price.trim() })}
        />
      </Field>
    )
  }
  return (
    <fieldset>
      <legend className="mb-1 text-xs text-faint">{words.perMillion(currency)}</legend>
      <div className="grid grid-cols-2 gap-3">
        {ratesOf(draft.kind).map((rate) => (
          <Field key={rate} label={words.rates[rate]} hint={words.defaults[rate]} error={faultOf(rate)}>
            <TextInput
              inputMode="decimal"
              maxLength={25}
              autoComplete="off"
              value={draft[rate]}
              onValueChange={(text) => onChange({ [rate]: text.trim() })}
            />
          </Field>
        ))}
      </div>
    </fieldset>
  )
}
