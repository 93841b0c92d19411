// Two texts line by line: what has gone, what has come, and enough around it to know the place.
import { diffLines } from 'diff'
import { agentTexts } from '../../texts/agents.ts'
import { classes } from '../../ui/classes.ts'

/** Lines around a change. */
const context = 2
/** Beyond, the one is shown after the other. */
const max_edits = 2000

type Mark = ' ' | '-' | '+' | '…'

interface Line {
  mark: Mark
  text: string
}

export function TextDifference({ before, after }: { before: string; after: string }) {
  const lines = listLines(before, after)
  return (
    <pre
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label={agentTexts.comparison.lines}
      className="max-h-[60vh] overflow-auto py-1.5 font-mono text-xs whitespace-pre-wrap"
    >
      {lines.map(({ mark, text }, index) => (
        <span
          key={index}
          className={classes(
            'block px-3 break-words',
            mark === '-' && 'bg-bad-wash text-bad',
            mark === '+' && 'bg-good-wash text-good',
            mark === '…' && 'text-faint',
          )}
        >
          {`${mark} ${text}`}
        </span>
      ))}
    </pre>
  )
}

function listLines(before: string, after: string): Line[] {
  const parts = diffLines(ended(before), ended(after), { maxEditLength: max_edits }) ?? [
    { value: ended(before), removed: true, added: false },
    { value: ended(after), removed: false, added: true },
  ]
  return parts.flatMap(({ value, added, removed }, index) => {
    const texts = value === '' ? [] : value.replace(/\n$/, '').split('\n')
    if (added || removed) return texts.map((text): Line => ({ mark: added ? '+' : '-', text }))
    return shorten(texts, index === 0, index === parts.length - 1)
  })
}

/** A last line without its break is the same as one with it. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

function shorten(texts: string[], isFirst: boolean, isLast: boolean): Line[] {
  const [head, tail] = [isFirst ? 0 : context, isLast ? 0 : context]
  const kept = (text: string): Line => ({ mark: ' ', text })
  if (texts.length <= head + tail + 1) return texts.map(kept)
  const left = texts.length - head - tail
  return [
    ...texts.slice(0, head).map(kept),
    { mark: '…', text: agentTexts.comparison.same(left) },
    ...texts.slice(texts.length - tail).map(kept),
  ]
}
