// The sums of each part of a group, with their total. What was lost has its own column and is in no other.
import { formatNumber } from '../base/format.ts'
import { formatMoney } from '../base/money.ts'
import { Section } from '../settings/settings-page.tsx'
import { texts } from '../texts/index.ts'
import { classes } from '../ui/classes.ts'
import { type Sums, sumOf } from './parts.ts'
import { usageTexts } from './texts.ts'
import type { Usage } from './use-usage.ts'

const words = usageTexts.breakdown

interface Column {
  name: string
  isExtra?: boolean
  read: (part: { sums: Sums; lost: Sums }) => string
}

function columnsOf({ parts, summary }: Usage): Column[] {
  const money = (amount: number) => formatMoney(amount, summary.cost.currency)
  const hasAny = (read: (sums: Sums) => number) => parts.some(({ sums, lost }) => read(sums) + read(lost) !== 0)
  return [
    // What has no price at all did not cost nothing.
    {
      name: words.cost,
      read: ({ sums }) => (sums.cost === 0 && sums.unpriced_tokens > 0 ? texts.none : money(sums.cost)),
    },
    { name: words.calls, isExtra: true, read: ({ sums }) => formatNumber(sums.entries) },
    { name: words.input, isExtra: true, read: ({ sums }) => formatNumber(sums.input_tokens) },
    { name: words.output, isExtra: true, read: ({ sums }) => formatNumber(sums.output_tokens) },
    ...(hasAny(({ quantity }) => quantity)
      ? [{ name: words.quantity, isExtra: true, read: ({ sums }: { sums: Sums }) => formatNumber(sums.quantity) }]
      : []),
    ...(hasAny(({ unpriced_tokens }) => unpriced_tokens)
      ? [{ name: words.unpriced, read: ({ sums }: { sums: Sums }) => formatNumber(sums.unpriced_tokens) }]
      : []),
    { name: words.lost, read: ({ lost }) => (lost.entries === 0 ? texts.none : money(lost.cost)) },
  ]
}

export function Breakdown({ usage, nameOf }: { usage: Usage; nameOf: (key: string | null) => string }) {
  const { group, parts } = usage
  if (group === undefined) return null
  const columns = columnsOf(usage)
  const title = words.title(usageTexts.groups[group])
  const cells = (part: { sums: Sums; lost: Sums }) =>
    columns.map(({ name, isExtra, read }) => (
      <td key={name} className={classes('px-4 py-2 whitespace-nowrap', isExtra && 'max-wide:hidden')}>
        {read(part)}
      </td>
    ))
  return (
    <Section title={title}>
      <div
        role="group"
        aria-label={title}
        // It scrolls, so it takes the focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="max-h-[36rem] overflow-auto"
      >
        <table aria-label={title} className="numeric w-full text-right">
          <thead className="text-xs text-faint">
            <tr className="border-b border-line">
              <th scope="col" className="px-4 py-2 text-left font-medium">
                {usageTexts.groups[group]}
              </th>
              {columns.map(({ name, isExtra }) => (
                <th key={name} scope="col" className={classes('px-4 py-2 font-medium', isExtra && 'max-wide:hidden')}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => (
              <tr key={part.key} className="border-b border-line">
                <th scope="row" className="px-4 py-2 text-left font-normal break-all">
                  <bdi>{nameOf(part.key)}</bdi>
                </th>
                {cells(part)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr className="font-semibold">
              <th scope="row" className="px-4 py-2 text-left">
                {words.total}
              </th>
              {cells(sumOf(parts))}
            </tr>
          </tfoot>
        </table>
      </div>
    </Section>
  )
}
