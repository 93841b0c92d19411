// All faults, above the fields, each with a link to its field. Faults without a field appear only here.
import { useEffect, useRef } from 'react'
import { agentTexts } from './texts.ts'
import { namePath, sectionOf } from './path-names.ts'
import type { Fault } from './editor-state.ts'
import { useAgentPage } from './page-context.ts'

const words = agentTexts.faults
const shown_at_most = 12

export function FaultSummary({ faults }: { faults: readonly Fault[] }) {
  const { show } = useAgentPage()
  const wanted = useRef<string | null>(null)
  // The section must be rendered before its field can get the focus.
  useEffect(() => {
    if (wanted.current !== null && focusField(wanted.current)) wanted.current = null
  })
  if (faults.length === 0) return null
  return (
    <section aria-label={words.label} className="rounded-md border border-bad bg-bad-wash px-3 py-2 text-bad">
      <div role="alert">
        <h2 className="font-medium">{words.count(faults.length)}</h2>
      </div>
      <ul className="mt-1 flex flex-col items-start gap-0.5">
        {faults.slice(0, shown_at_most).map(({ path, message }) => (
          <li key={path} className="max-w-full">
            <button
              type="button"
              className="max-w-full rounded text-left break-words underline decoration-bad/40 underline-offset-2 hover:decoration-bad"
              onClick={() => {
                wanted.current = path
                show({ section: sectionOf(path) })
                if (focusField(path)) wanted.current = null
              }}
            >
              {words.of(namePath(path), path, message)}
            </button>
          </li>
        ))}
      </ul>
      {faults.length > shown_at_most && <p className="mt-1">{words.more(faults.length - shown_at_most)}</p>}
    </section>
  )
}

/** The field of the path, or of one of its parents. */
function focusField(path: string): boolean {
  const steps = path.split('.')
  for (let length = steps.length; length > 0; length -= 1) {
    const place = document.querySelector(`[data-path="${CSS.escape(steps.slice(0, length).join('.'))}"]`)
    const field = place?.querySelector<HTMLElement>('input, textarea, select, button')
    if (!field) continue
    field.focus()
    field.scrollIntoView({ block: 'center' })
    return true
  }
  return false
}
