// The steps as a list, in the order in which they are carried out: what each is, what it leads to, what is wrong with it.
import { useEffect, useRef } from 'react'
import { classes } from '../../ui/classes.ts'
import { Icon } from '../../ui/icons.tsx'
import { type Step, nameOf, portsOf, targetOf } from '../definition/definition.ts'
import { inReadingOrder } from '../definition/edit.ts'
import { faultsOfStep } from '../definition/faults.ts'
import { summaryOf } from '../definition/summary.ts'
import { stepIcons } from '../step-icons.ts'
import { stepTexts } from '../step-texts.ts'
import { useEditor } from './editor-context.ts'
import { editorTexts as words } from './texts.ts'

interface Props {
  shown: string | null
  onShow: (id: string) => void
  /** Keys on a step: copies, removes. */
  onKey: (event: React.KeyboardEvent, step: Step) => void
}

export function StepList({ shown, onShow, onKey }: Props) {
  const { definition } = useEditor()
  const list = useRef<HTMLOListElement>(null)
  const steps = inReadingOrder(definition)
  const stop = steps.some(({ id }) => id === shown) ? shown : steps[0]?.id
  useKeptFocus(list, steps.length)
  const move = (event: React.KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key]
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    const buttons = [...list.current!.querySelectorAll<HTMLElement>('[data-step]')]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    buttons[Math.max(0, Math.min(buttons.length - 1, at + by))]?.focus()
    event.preventDefault()
  }
  return (
    // The arrows are those of its buttons.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ol ref={list} aria-label={words.steps} className="flex flex-col gap-0.5 p-2" onKeyDown={move}>
      {steps.map((step, index) => (
        <li key={step.id}>
          <StepButton
            step={step}
            number={index + 1}
            isShown={step.id === shown}
            isTabStop={step.id === stop}
            onShow={() => onShow(step.id)}
            onKey={(event) => onKey(event, step)}
          />
        </li>
      ))}
    </ol>
  )
}

/** When the step that has the focus is removed, the next one gets it. */
function useKeptFocus(list: { readonly current: HTMLElement | null }, count: number): void {
  const last = useRef<number | null>(null)
  useEffect(() => {
    const listen = () => {
      const buttons = [...(list.current?.querySelectorAll('[data-step]') ?? [])]
      const at = buttons.indexOf(document.activeElement!)
      // Nothing has the focus while a button goes.
      if (at !== -1 || document.activeElement !== document.body) last.current = at === -1 ? null : at
    }
    document.addEventListener('focusin', listen)
    return () => document.removeEventListener('focusin', listen)
  }, [list])
  useEffect(() => {
    if (last.current === null || document.activeElement !== document.body) return
    const buttons = list.current!.querySelectorAll<HTMLElement>('[data-step]')
    buttons[Math.min(last.current, buttons.length - 1)]?.focus()
  }, [list, count])
}

interface ButtonProps {
  step: Step
  number: number
  isShown: boolean
  isTabStop: boolean
  onShow: () => void
  onKey: (event: React.KeyboardEvent) => void
}

function StepButton({ step, number, isShown, isTabStop, onShow, onKey }: ButtonProps) {
  const { names, faults } = useEditor()
  const problems = faultsOfStep(faults, step.id).length
  return (
    <button
      type="button"
      data-step={step.id}
      aria-pressed={isShown}
      tabIndex={isTabStop ? 0 : -1}
      className={classes(
        'flex w-full items-start gap-2 rounded-md px-2 py-1.5 text-left hover:bg-hover',
        isShown && 'bg-accent-wash',
      )}
      onClick={onShow}
      onKeyDown={onKey}
    >
      <span className="numeric w-5 shrink-0 text-right text-xs leading-5 text-faint">{number}</span>
      <Icon name={stepIcons[step.type]} className="mt-0.5 shrink-0 text-soft" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{names.get(step.id) ?? nameOf(step)}</span>
        <span className="block truncate text-xs text-faint">
          <span className="sr-only">{`${stepTexts.kinds[step.type]}, `}</span>
          {summaryOf(step)}
        </span>
        <span className="sr-only">{`, ${describeWay(step, names)}`}</span>
        {problems > 0 && <span className="block text-xs text-bad">{words.problems(problems)}</span>}
      </span>
    </button>
  )
}

function describeWay(step: Step, names: ReadonlyMap<string, string>): string {
  if (step.type === 'output') return words.ends
  const targets = portsOf(step).flatMap(({ name }) => targetOf(step, name) ?? [])
  const told = [...new Set(targets)].map((id) => names.get(id) ?? id)
  return told.length === 0 ? words.leadsNowhere : words.leadsTo(told.join(', '))
}
