// One difference between two values, whose lines can be unfolded.
import { Disclosure } from './disclosure.tsx'
import { Icon } from './icons.tsx'
import { TextDifference } from './text-difference.tsx'

interface Props {
  difference: { label: string; op: 'added' | 'removed' | 'changed'; from?: unknown; to?: unknown }
  /** What the difference is called if it has no place. */
  whole: string
  /** Whether it was added, removed or changed, in words. */
  op: string
}

export function FoldedDifference({ difference: { label, op, from, to }, whole, op: said }: Props) {
  return (
    <Disclosure
      className="group min-w-0 rounded-md border border-line"
      summary={
        <summary className="flex list-none items-baseline gap-2 rounded-md px-3 py-1.5 hover:bg-hover">
          <code className="min-w-0 flex-1 font-mono text-xs break-words">{label || whole}</code>
          <span className="text-xs text-faint">{said}</span>
          <Icon name="right" width="12" height="12" className="shrink-0 self-center text-faint group-open:rotate-90" />
        </summary>
      }
    >
      <div className="border-t border-line">
        <TextDifference
          before={op === 'added' ? '' : textOf(from)}
          after={op === 'removed' ? '' : textOf(to)}
          isSideBySide={false}
        />
      </div>
    </Disclosure>
  )
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))
