// A text that may contain expressions: the names of earlier steps are offered while one is being written, and inserted where the caret is.
import { Field as Base } from '@base-ui/react/field'
import { type KeyboardEvent, type RefObject, useId, useRef, useState } from 'react'
import { IconButton } from '../../../ui/button.tsx'
import { classes } from '../../../ui/classes.ts'
import { controlClasses } from '../../../ui/control-classes.ts'
import { popupClasses } from '../../../ui/popup.tsx'
import { type Name, insertName, matchNames, partAt } from '../../definition/names.ts'
import { editorTexts } from '../texts.ts'
import { useNames } from '../use-names.ts'
import { Preview } from './preview.tsx'

const words = editorTexts.names
/** More than can be read at once; typing finds the others. */
const most_shown = 50

export interface ExpressionProps {
  label: string
  /** The label is said, and not shown. */
  isLabelHidden?: boolean
  hint?: string | undefined
  error?: string | null
  value: string
  isReadOnly: boolean
  placeholder?: string | undefined
  maxLength?: number
  /** More than one line. */
  rows?: number | undefined
  /** The whole text is one expression, even without braces. */
  isBare?: boolean
  onWrite: (text: string) => void
}

type Control = HTMLInputElement | HTMLTextAreaElement

export function Expression(props: ExpressionProps) {
  const { label, isLabelHidden, hint, error, value, isReadOnly } = props
  const control = useRef<Control>(null)
  const [isFocused, setFocused] = useState(false)
  const offer = useOffer(props, control)
  return (
    <Base.Root invalid={Boolean(error)} className="flex min-w-0 flex-1 flex-col gap-1">
      <Base.Label className={isLabelHidden ? 'sr-only' : 'font-medium'}>{label}</Base.Label>
      <div
        className="relative flex items-start gap-1"
        onFocus={() => setFocused(true)}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (currentTarget.contains(relatedTarget)) return
          setFocused(false)
          offer.close()
        }}
      >
        <Text {...props} control={control} offer={offer} />
        {!isReadOnly && (
          <IconButton
            icon="braces"
            label={words.insertInto(label)}
            aria-expanded={offer.isOpen}
            onClick={() => {
              control.current?.focus()
              if (offer.isOpen) offer.close()
              else offer.openAll()
            }}
          />
        )}
        {offer.isOpen && <Offered offer={offer} />}
      </div>
      {hint && !error && <Base.Description className="text-xs text-faint">{hint}</Base.Description>}
      {error && (
        <Base.Error match className="text-xs text-bad" role="alert">
          {error}
        </Base.Error>
      )}
      {isFocused && !offer.isOpen && <Preview text={value} isBare={props.isBare ?? false} />}
    </Base.Root>
  )
}

interface TextProps extends ExpressionProps {
  control: RefObject<Control | null>
  offer: Offer
}

function Text({ value, isReadOnly, placeholder, maxLength, rows, onWrite, control, offer }: TextProps) {
  const common = {
    value,
    readOnly: isReadOnly,
    placeholder,
    maxLength,
    spellCheck: false,
    'aria-autocomplete': 'list' as const,
    'aria-controls': offer.isOpen ? offer.id : undefined,
    'aria-activedescendant': offer.isOpen ? `${offer.id}-${offer.active}` : undefined,
    className: classes(
      controlClasses,
      'min-w-0 font-mono text-xs',
      rows !== undefined && 'h-auto min-h-20 resize-y py-1.5',
    ),
    onKeyDown: offer.onKey,
    onChange: ({ target }: { target: Control }) => {
      onWrite(target.value)
      offer.follow(target.value, target.selectionStart ?? target.value.length)
    },
  }
  return rows ? (
    <Base.Control
      render={<textarea {...common} rows={rows} ref={control as RefObject<HTMLTextAreaElement | null>} />}
    />
  ) : (
    <Base.Control
      render={<input {...common} autoComplete="off" ref={control as RefObject<HTMLInputElement | null>} />}
    />
  )
}

function Offered({ offer }: { offer: Offer }) {
  return (
    <div
      id={offer.id}
      role="listbox"
      aria-label={words.list}
      className={classes(popupClasses, 'absolute top-full right-0 left-0 z-20 mt-1 max-h-64 overflow-y-auto p-1')}
    >
      {offer.names.length === 0 && <p className="px-2 py-1 text-soft">{words.none}</p>}
      {offer.names.map((name, index) => (
        // The field keeps the focus; its keys choose.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <div
          key={name.text}
          id={`${offer.id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === offer.active}
          ref={index === offer.active ? (entry) => entry?.scrollIntoView({ block: 'nearest' }) : undefined}
          className={classes(
            'flex cursor-default flex-wrap items-baseline gap-x-2 rounded px-2 py-1',
            index === offer.active && 'bg-hover',
          )}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => offer.take(name)}
        >
          <code className="font-mono text-xs break-all">{name.text}</code>
          <span className="min-w-0 flex-1 truncate text-xs text-faint">
            {name.sample === undefined ? name.source : sampleText(name.sample)}
          </span>
        </div>
      ))}
    </div>
  )
}

function sampleText(sample: unknown): string {
  const text = typeof sample === 'string' ? sample : JSON.stringify(sample)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

interface Offer {
  id: string
  isOpen: boolean
  names: readonly Name[]
  active: number
  /** What is being written decides what is offered. */
  follow: (text: string, caret: number) => void
  openAll: () => void
  close: () => void
  take: (name: Name) => void
  onKey: (event: KeyboardEvent<Control>) => void
}

function useOffer(
  { value, isReadOnly, isBare = false, onWrite }: ExpressionProps,
  control: RefObject<Control | null>,
): Offer {
  const id = useId()
  const all = useNames()
  const [part, setPart] = useState<string | null>(null)
  const [active, setActive] = useState(0)
  const names = part === null ? [] : matchNames(all, part).slice(0, most_shown)
  const isOpen = part !== null && !isReadOnly && (names.length > 0 || part === '')
  const show = (next: string | null) => {
    setPart(next)
    setActive(0)
  }
  const take = ({ text }: Name) => {
    const caret = control.current?.selectionStart ?? value.length
    const written = insertName(value, caret, text, isBare)
    onWrite(written.text)
    show(null)
    // The value has to be in the field first.
    requestAnimationFrame(() => {
      control.current?.focus()
      control.current?.setSelectionRange(written.caret, written.caret)
    })
  }
  const onKey = (event: KeyboardEvent<Control>) => {
    if (!isOpen) return
    const chosen = names[active]
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setActive((active + step + names.length) % Math.max(1, names.length))
    else if (event.key === 'Escape') show(null)
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) take(chosen)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return {
    ...{ id, isOpen, names, active, take, onKey },
    follow: (text, caret) => show(partAt(text, caret, isBare)?.part ?? null),
    openAll: () => show(''),
    close: () => show(null),
  }
}
