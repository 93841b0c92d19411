// What is not saved yet, and what someone else has saved meanwhile: it is shown, and never overwritten unseen.
import { describeError } from '../ui/describe-error.ts'
import { Button } from '../ui/button.tsx'
import { widgetTexts as words } from './texts.ts'
import type { Editing } from './use-widget-draft.ts'
import type { Difference } from './widget-draft.ts'

export function Unsaved({ editing }: { editing: Editing }) {
  const { isChanged, isSaving, error, theirs, save, discard } = editing
  if (!isChanged) return null
  if (theirs) return <Overtaken editing={editing} theirs={theirs} />
  const faults = editing.edit.faults.size
  return (
    <div className={`${frame} flex flex-wrap items-center gap-2 px-4 py-2`}>
      <p role="status" className={error ? 'min-w-0 flex-1 text-bad' : 'min-w-0 flex-1 font-medium'}>
        {faults > 0 ? words.faults(faults) : error ? describeError(error) : words.unsaved}
      </p>
      <Button onClick={discard}>{words.discard}</Button>
      <Button kind="primary" disabled={isSaving} onClick={save}>
        {words.save}
      </Button>
    </div>
  )
}

const frame = 'sticky top-0 z-10 rounded-lg border border-edge/60 bg-surface shadow-float'

function Overtaken({ editing, theirs }: { editing: Editing; theirs: Difference[] }) {
  const { discard, keepMine, both } = editing
  return (
    <section aria-label={words.overtakenTitle} className={`${frame} flex flex-col gap-2 px-4 py-3`}>
      <p role="alert" className="font-medium">
        {words.overtaken}
      </p>
      <ul aria-label={words.theirs} className="flex max-h-48 flex-col gap-1 overflow-y-auto">
        {theirs.map(({ path, before, after }) => (
          <li key={path.join('.')} className="break-words">
            <code className="font-mono text-xs">{path.join('.')}</code>{' '}
            <span className="text-faint">{said(before)}</span> → {said(after)}
            {both.has(path.join('.')) && <span className="ml-1.5 text-warn">{words.bothChanged}</span>}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={discard}>{words.takeTheirs}</Button>
        <Button kind="primary" onClick={keepMine}>
          {words.keepMine}
        </Button>
      </div>
    </section>
  )
}

function said(value: unknown): string {
  if (value === undefined || value === null || value === '') return words.nothing
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}
