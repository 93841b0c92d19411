// Conversations by day as bars, and every figure as a table.
import { useState } from 'react'
import { formatDay, formatNumber } from '../../base/format.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Icon } from '../../ui/icons.tsx'
import { activityTexts as words } from '../section-texts.ts'

type Name = 'conversations' | 'messages' | 'tokens'

interface Props {
  dates: readonly string[]
  values: Record<Name, readonly number[]>
}

const names: readonly Name[] = ['conversations', 'messages', 'tokens']
const height = 96

export function DayBars({ dates, values }: Props) {
  const [at, setAt] = useState<number | null>(null)
  const { conversations } = values
  const most = Math.max(1, ...conversations)
  const total = conversations.reduce((sum, one) => sum + one, 0)
  const shown = at ?? dates.length - 1
  return (
    <figure className="flex flex-col gap-1">
      <svg
        role="img"
        aria-label={words.chart(total, dates.length)}
        viewBox={`0 0 ${dates.length * 10} ${height}`}
        preserveAspectRatio="none"
        className="h-24 w-full border-b border-line"
        onPointerLeave={() => setAt(null)}
      >
        {conversations.map((count, index) => (
          <g key={dates[index]} onPointerEnter={() => setAt(index)}>
            <rect x={index * 10} y={0} width={10} height={height} fill="transparent" />
            <rect
              x={index * 10 + 1.5}
              y={height - (count / most) * (height - 4)}
              width={7}
              height={(count / most) * (height - 4)}
              className={at === index ? 'fill-accent-strong' : 'fill-accent'}
            />
          </g>
        ))}
      </svg>
      <figcaption className="numeric flex justify-between gap-3 text-xs text-faint">
        <span>{formatDay(dates[0]!)}</span>
        <span>{words.day(formatDay(dates[shown]!), conversations[shown] ?? 0)}</span>
      </figcaption>
      <Disclosure
        className="group"
        summary={
          <summary className="flex w-fit list-none items-center gap-1 rounded text-xs text-soft">
            <Icon name="right" width="12" height="12" className="text-faint group-open:rotate-90" />
            {words.asTable}
          </summary>
        }
      >
        <DayTable dates={dates} values={values} />
      </Disclosure>
    </figure>
  )
}

function DayTable({ dates, values }: Props) {
  return (
    <div className="max-h-72 overflow-y-auto">
      <table aria-label={words.asTable} className="numeric mt-1 w-full text-left">
        <thead className="text-xs text-faint">
          <tr>
            {[words.date, ...names.map((name) => words[name])].map((name) => (
              <th key={name} scope="col" className="py-1 pr-3 font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {dates
            .map((date, index) => ({ date, index }))
            .toReversed()
            .map(({ date, index }) => (
              <tr key={date} className="border-t border-line">
                <th scope="row" className="py-1 pr-3 font-normal">
                  {formatDay(date)}
                </th>
                {names.map((name) => (
                  <td key={name} className="py-1 pr-3">
                    {formatNumber(values[name][index] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}
