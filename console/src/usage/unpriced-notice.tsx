// Names the models whose calls had no price, because their cost is missing in the sums.
import { Link } from '@tanstack/react-router'
import { formatNumber } from '../base/format.ts'
import { Icon } from '../ui/icons.tsx'
import { usageTexts } from './texts.ts'
import type { Usage } from './use-usage.ts'

const words = usageTexts.unpriced

export function UnpricedNotice({ unpriced }: Pick<Usage, 'unpriced'>) {
  if (unpriced.length === 0) return null
  const tokens = unpriced.reduce((sum, one) => sum + one.tokens, 0)
  return (
    <section aria-label={words.title} className="rounded-lg bg-warn-wash px-4 py-3">
      <h2 className="flex items-center gap-2 font-semibold text-warn">
        <Icon name="warning" className="shrink-0" />
        {words.title}
      </h2>
      <p className="mt-0.5 text-soft">{words.text(tokens)}</p>
      <ul className="mt-2 flex flex-col gap-1">
        {unpriced.map(({ model, kind, tokens: count }) => (
          <li key={`${kind} ${model}`} className="flex flex-wrap items-baseline gap-x-3">
            <code className="font-mono text-xs break-all">{model}</code>
            <span className="numeric text-soft">{formatNumber(count)}</span>
            <Link
              to="/settings/prices"
              search={{ model, kind: kind === 'embedding' ? 'embedding' : 'model_call' }}
              aria-label={words.set(model)}
              className="text-accent-strong underline underline-offset-2"
            >
              {words.setShort}
            </Link>
          </li>
        ))}
      </ul>
      <p className="mt-2 text-xs text-faint">{words.recalculate}</p>
    </section>
  )
}
