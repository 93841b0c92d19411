// The fields of a form in their order. A handle is dragged with the mouse, or moves its field with the arrow keys.
import type { FormDefinition } from '@parley/contract'
import { type DragEvent, type KeyboardEvent, useId, useRef, useState } from 'react'
import { IconButton } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { Icon } from '../../ui/icons.tsx'
import { FieldEditor } from './field-editor.tsx'
import { type FormField, changeField, moveField, removeField } from './form-draft.ts'
import { formTexts as words } from './texts.ts'

interface Props {
  form: FormDefinition
  isReadOnly: boolean
  faultAt: (...keys: (string | number)[]) => string | undefined
  onChange: (form: FormDefinition) => void
}

export function FieldList({ form, isReadOnly, faultAt, onChange }: Props) {
  const [opened, setOpened] = useState<number | null>(null)
  const [dragged, setDragged] = useState<number | null>(null)
  const [target, setTarget] = useState<number | null>(null)
  const [said, setSaid] = useState('')
  const list = useRef<HTMLOListElement>(null)
  const move = (from: number, to: number) => {
    const next = moveField(form, from, to)
    if (next === form) return
    onChange(next)
    setOpened(null)
    setSaid(words.moved(form.fields[from]!.label, to + 1, form.fields.length))
    // The handle goes along with its field.
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>('[data-handle]')[to]?.focus())
  }
  const stop = () => {
    setDragged(null)
    setTarget(null)
  }
  return (
    <>
      <ol ref={list} className="flex flex-col gap-1.5">
        {form.fields.map((field, index) => (
          <FieldRow
            key={index}
            field={field}
            fault={faultOf(faultAt, index)}
            isOpen={opened === index || faultOf(faultAt, index) !== undefined}
            isReadOnly={isReadOnly}
            isDragged={dragged === index}
            mark={
              target === index && dragged !== null && dragged !== index ? (dragged < index ? 'below' : 'above') : null
            }
            faultAt={(key) => faultAt('fields', index, key)}
            onToggle={() => setOpened(opened === index ? null : index)}
            onChange={(change) => onChange(changeField(form, index, change))}
            onRemove={() => {
              onChange(removeField(form, index))
              setOpened(null)
            }}
            onMove={(by) => move(index, index + by)}
            drag={{
              onDragStart: () => setDragged(index),
              onDragEnter: () => setTarget(index),
              onDrop: () => {
                if (dragged !== null) move(dragged, index)
                stop()
              },
              onDragEnd: stop,
            }}
          />
        ))}
      </ol>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  )
}

const keys = ['id', 'label', 'type', 'options', 'min', 'max', 'value', 'required'] as const
const faultOf = (faultAt: Props['faultAt'], index: number) =>
  faultAt('fields', index) ?? keys.map((key) => faultAt('fields', index, key)).find((fault) => fault !== undefined)

interface RowProps {
  field: FormField
  fault: string | undefined
  isOpen: boolean
  isReadOnly: boolean
  isDragged: boolean
  mark: 'above' | 'below' | null
  faultAt: (key: string) => string | undefined
  onToggle: () => void
  onChange: (change: Partial<FormField>) => void
  onRemove: () => void
  onMove: (by: -1 | 1) => void
  drag: Record<'onDragStart' | 'onDragEnter' | 'onDrop' | 'onDragEnd', () => void>
}

const marks = { above: 'shadow-[0_-2px_0_var(--color-accent)]', below: 'shadow-[0_2px_0_var(--color-accent)]' }

function FieldRow(props: RowProps) {
  const { field, fault, isOpen, isReadOnly, isDragged, mark, faultAt, onToggle, onChange, onRemove, onMove, drag } =
    props
  const id = useId()
  const name = field.label || field.id
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : null
    if (by === null) return
    event.preventDefault()
    onMove(by)
  }
  return (
    // What is dropped on a row takes its place; the handles do the same by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li
      className={classes(
        'min-w-0 rounded-md border bg-surface',
        fault ? 'border-bad' : 'border-line',
        isDragged && 'opacity-50',
        mark && marks[mark],
      )}
      onDragEnter={drag.onDragEnter}
      onDragOver={(event: DragEvent) => event.preventDefault()}
      onDrop={(event: DragEvent) => {
        event.preventDefault()
        drag.onDrop()
      }}
    >
      <div className="flex items-center gap-0.5 pr-1">
        {!isReadOnly && (
          <button
            type="button"
            draggable
            data-handle
            aria-label={words.handle(name)}
            title={words.handleHint}
            className="grid h-9 w-7 shrink-0 cursor-grab place-items-center rounded-md text-faint hover:bg-hover hover:text-ink"
            onKeyDown={onKeyDown}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move'
              event.dataTransfer.setData('text/plain', field.id)
              drag.onDragStart()
            }}
            onDragEnd={drag.onDragEnd}
          >
            <Icon name="grip" />
          </button>
        )}
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          className="flex h-9 min-w-0 flex-1 items-center gap-2 rounded-md px-2 text-left hover:bg-hover"
          onClick={onToggle}
        >
          <span className="min-w-0 truncate font-medium">{name}</span>
          <span className="min-w-0 flex-1 truncate text-xs text-faint">
            {words.types[field.type]}
            {field.required && ` · ${words.required}`}
          </span>
          <Icon name={isOpen ? 'down' : 'right'} width="12" height="12" className="shrink-0 text-faint" />
        </button>
        {!isReadOnly && <IconButton icon="trash" label={words.removeField(name)} onClick={onRemove} />}
      </div>
      {isOpen && (
        <div id={id} className="border-t border-line p-3">
          <FieldEditor field={field} isReadOnly={isReadOnly} faultAt={faultAt} onChange={onChange} />
        </div>
      )}
    </li>
  )
}
