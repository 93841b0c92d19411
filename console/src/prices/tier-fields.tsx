// The tiers of a price: other rates for calls with more input tokens.
import { Button, IconButton } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { type TierDraft, freshTier, most_tiers, ratesOf } from './price-draft.ts'
import { priceTexts as words } from './texts.ts'
import type { PricedKind } from './wanted.ts'

interface Props {
  kind: PricedKind
  tiers: readonly TierDraft[]
  fault: string | undefined
  onChange: (tiers: TierDraft[]) => void
}

export function TierFields({ kind, tiers, fault, onChange }: Props) {
  const put = (index: number, change: Partial<TierDraft>) =>
    onChange(tiers.map((tier, place) => (place === index ? { ...tier, ...change } : tier)))
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{words.tiers}</legend>
      <p className="text-xs text-faint">{words.tiersHint}</p>
      {tiers.map((tier, index) => (
        // Tiers have no names of their own; their place is what tells them apart.
        <div
          key={index}
          role="group"
          aria-label={words.tier(index + 1)}
          className="grid grid-cols-2 gap-3 rounded-md border border-line p-3"
        >
          <div className="col-span-2 flex items-end gap-2">
            <div className="min-w-0 flex-1">
              <Field label={words.aboveTokens}>
                <TextInput
                  inputMode="numeric"
                  maxLength={10}
                  autoComplete="off"
                  value={tier.above_input_tokens}
                  onValueChange={(text) => put(index, { above_input_tokens: text.trim() })}
                />
              </Field>
            </div>
            <IconButton
              icon="trash"
              label={words.removeTier(index + 1)}
              onClick={() => onChange(tiers.filter((_tier, place) => place !== index))}
            />
          </div>
          {ratesOf(kind).map((rate) => (
            <Field key={rate} label={words.rates[rate]}>
              <TextInput
                inputMode="decimal"
                maxLength={25}
                autoComplete="off"
                value={tier[rate]}
                onValueChange={(text) => put(index, { [rate]: text.trim() })}
              />
            </Field>
          ))}
        </div>
      ))}
      {fault && (
        <p role="alert" className="text-xs text-bad">
          {fault}
        </p>
      )}
      {tiers.length < most_tiers && (
        <Button icon="plus" className="self-start" onClick={() => onChange([...tiers, freshTier])}>
          {words.addTier}
        </Button>
      )}
    </fieldset>
  )
}
