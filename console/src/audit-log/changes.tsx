// What an entry has changed: each field with what it was and what it has become.
import { TextDifference } from '../ui/text-difference.tsx'
import type { Entry } from './entry-text.ts'
import { auditTexts as words } from './texts.ts'

type Change = Entry['changes'][number]

export function Changes({ entry: { changes, changes_omitted } }: { entry: Entry }) {
  if (changes.length === 0 && changes_omitted === 0) return <p className="text-soft">{words.noChanges}</p>
  return (
    <div className="flex flex-col gap-1.5">
      <h3 className="font-semibold">{words.changes}</h3>
      <ul aria-label={words.changes} className="flex flex-col gap-1.5">
        {changes.map((change) => (
          <li key={change.path} className="min-w-0 rounded-md border border-line">
            <code className="block border-b border-line bg-sunken px-3 py-1 font-mono text-xs break-all">
              {change.path}
            </code>
            <OneChange change={change} />
          </li>
        ))}
      </ul>
      {changes_omitted > 0 && <p className="text-soft">{words.omitted(changes_omitted)}</p>}
    </div>
  )
}

function OneChange({ change: { from = null, to = null, changed } }: { change: Change }) {
  if (changed) return <p className="px-3 py-1.5 text-soft">{words.secretChanged}</p>
  const isHashed = isHash(from) || isHash(to)
  return (
    <>
      {isShort(from) && isShort(to) ? (
        <p className="px-3 py-1.5 wrap-anywhere">
          {from !== null && <del className="rounded-sm bg-bad-wash px-1 text-bad">{shown(from)}</del>}
          {from !== null && <span className="text-faint">{to === null ? ` ${words.removed}` : ' → '}</span>}
          {from !== null && to !== null && <span className="sr-only">{words.changedInto}</span>}
          {to !== null && <ins className="rounded-sm bg-good-wash px-1 text-good no-underline">{shown(to)}</ins>}
        </p>
      ) : (
        <TextDifference before={textOf(from)} after={textOf(to)} isSideBySide={false} />
      )}
      {isHashed && <p className="px-3 pb-1.5 text-xs text-faint">{words.hashHint}</p>}
    </>
  )
}

const isHash = (value: unknown) => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)

/** Of both, they fit beside each other. */
const short_text = 80

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= short_text && !value.includes('\n')
  return typeof value !== 'object' || value === null || JSON.stringify(value).length <= short_text
}

function shown(value: unknown): string {
  if (value === '') return words.emptyText
  if (typeof value === 'boolean') return value ? words.yes : words.no
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function textOf(value: unknown): string {
  if (value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
