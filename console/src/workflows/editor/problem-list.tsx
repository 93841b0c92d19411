// All that keeps the workflow from being published, each with the way to its field; and what has no effect.
import { Button } from '../../ui/button.tsx'
import { PopupPanel } from '../../ui/popup.tsx'
import type { Fault } from '../definition/faults.ts'
import { useState } from 'react'
import { useEditor } from './editor-context.ts'
import { editorTexts as words } from './texts.ts'

interface Props {
  warnings: readonly string[]
  onGo: (fault: Fault) => void
}

export function ProblemList({ warnings, onGo }: Props) {
  const { faults, names } = useEditor()
  const [isOpen, setOpen] = useState(false)
  if (faults.length === 0 && warnings.length === 0) return null
  const name = faults.length > 0 ? words.problems(faults.length) : words.warnings(warnings.length)
  return (
    <PopupPanel
      title={words.problemsTitle}
      className="max-h-96 w-96 overflow-y-auto"
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button kind="quiet" icon="warning" className={faults.length > 0 ? 'text-bad' : 'text-warn'}>
          {name}
        </Button>
      }
    >
      {faults.length > 0 && (
        <>
          <h3 className="font-semibold">{words.problemsTitle}</h3>
          <p className="mb-1.5 text-xs text-faint">{words.problemsText}</p>
          <ul className="flex flex-col gap-0.5">
            {faults.map((fault) => (
              <li key={`${fault.step_id} ${fault.path} ${fault.message}`}>
                <button
                  type="button"
                  className="w-full rounded-md px-2 py-1 text-left hover:bg-hover"
                  onClick={() => {
                    setOpen(false)
                    onGo(fault)
                  }}
                >
                  <span className="block font-medium">
                    {fault.step_id === null ? words.ofWorkflow : (names.get(fault.step_id) ?? fault.step_id)}
                  </span>
                  <span className="block break-words text-bad">
                    {fault.path !== '' && <code className="mr-1.5 font-mono text-xs">{fault.path}</code>}
                    {fault.message}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {warnings.length > 0 && (
        <>
          <h3 className="mt-2 font-semibold">{words.warningsTitle}</h3>
          <ul className="flex flex-col gap-1 text-warn">
            {warnings.map((warning) => (
              <li key={warning} className="break-words">
                {warning}
              </li>
            ))}
          </ul>
        </>
      )}
    </PopupPanel>
  )
}

/** The field of a fault, or of what it is a part of, once its form is there. */
export function focusField({ path }: Fault): void {
  const keys = path.split('.')
  for (let length = keys.length; length > 0; length -= 1) {
    const place = document.querySelector(`[data-path="${CSS.escape(keys.slice(0, length).join('.'))}"]`)
    const field = place?.querySelector<HTMLElement>('input, textarea, select, button')
    if (!field) continue
    field.focus()
    field.scrollIntoView({ block: 'center' })
    return
  }
}
