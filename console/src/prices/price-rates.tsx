// What a price says: its rates and those of its tiers, or the price of a unit.
import { formatRate } from '../base/money.ts'
import { type Rate, rates } from './price-draft.ts'
import type { Price } from './price-state.ts'
import { priceTexts as words } from './texts.ts'

export function PriceRates({ price }: { price: Price }) {
  const { kind, currency, unit_price, tiers } = price
  return (
    <div className="flex flex-col gap-1">
      <Rates of={price} currency={currency} />
      {unit_price !== null && (
        <span className="numeric">
          {formatRate(unit_price, currency)} <span className="text-xs text-faint">{words.perUnit(kind)}</span>
        </span>
      )}
      {tiers.map((tier) => (
        <div key={tier.above_input_tokens}>
          <span className="text-xs text-faint">{words.above(tier.above_input_tokens)}</span>
          <Rates of={tier} currency={currency} />
        </div>
      ))}
    </div>
  )
}

function Rates({ of, currency }: { of: Partial<Record<Rate, string | null>>; currency: string }) {
  const given = rates.filter((rate) => of[rate] != null)
  if (given.length === 0) return null
  return (
    <dl className="grid w-fit grid-cols-[auto_auto] gap-x-3">
      {given.map((rate) => (
        <div key={rate} className="contents">
          <dt className="text-soft">{words.rates[rate]}</dt>
          <dd className="numeric text-right">{formatRate(of[rate]!, currency)}</dd>
        </div>
      ))}
    </dl>
  )
}
