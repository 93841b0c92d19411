// A list of items with their own fields. Each is a line that opens, and can be moved and removed.
import { type ReactNode, useId, useState } from 'react'
import { agentTexts } from '../texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { Icon } from '../../ui/icons.tsx'
import { type JsonObject, type Path, isObject, isWithin } from '../document.ts'
import { useEditor, useField } from '../editor-context.ts'

const words = agentTexts.list

/** The field that names an item, or a function that does. */
type Naming = string | ((item: JsonObject) => string)

export interface ListProps {
  path: Path
  /** What an item is called, for the names of its buttons. */
  thing: string
  add: string
  hint?: string
  most: number
  make: () => JsonObject
  /** Shown while the item is closed. */
  title: Naming
  note?: Naming
  render: (path: Path, item: JsonObject) => ReactNode
}

const nameBy = (naming: Naming, item: JsonObject) =>
  typeof naming === 'string' ? String(item[naming] ?? '') : naming(item)

export function ListField({ path, thing, add, hint, most, make, title, note, render }: ListProps) {
  const { key, value, error, isReadOnly, write } = useField(path)
  const { faults } = useEditor()
  const items: unknown[] = Array.isArray(value) ? value : []
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set())
  const open = (index: number, isOpen: boolean) =>
    setOpened((before) => new Set([...before].filter((other) => other !== index).concat(isOpen ? [index] : [])))
  const change = (next: unknown[]) => write(next.length === 0 ? undefined : next)
  const remove = (index: number) => {
    change(items.filter((_item, other) => other !== index))
    setOpened(
      new Set([...opened].filter((other) => other !== index).map((other) => (other > index ? other - 1 : other))),
    )
  }
  const raise = (index: number) => {
    change(items.map((item, other) => (other === index ? items[index - 1] : other === index - 1 ? items[index] : item)))
    const moved = (other: number) => (other === index ? index - 1 : other === index - 1 ? index : other)
    setOpened(new Set([...opened].map(moved)))
  }
  return (
    <div data-path={key} className="flex flex-col gap-2">
      {hint && <p className="text-xs text-faint">{hint}</p>}
      {items.length > 0 && (
        <ul className="flex flex-col gap-1.5">
          {items.map((entry, index) => {
            const item = isObject(entry) ? entry : {}
            return (
              <ListItem
                key={index}
                itemKey={`${key}.${index}`}
                title={nameBy(title, item) || words.nameless(thing, index + 1)}
                note={note === undefined ? '' : nameBy(note, item)}
                isOpen={opened.has(index) || faults.some((fault) => isWithin(fault.path, `${key}.${index}`))}
                isReadOnly={isReadOnly}
                onToggle={(isOpen) => open(index, isOpen)}
                onRaise={index === 0 ? null : () => raise(index)}
                onRemove={() => remove(index)}
              >
                {() => render([...path, index], item)}
              </ListItem>
            )
          })}
        </ul>
      )}
      {error && (
        <p role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
      {!isReadOnly && items.length < most && (
        <Button
          className="self-start"
          onClick={() => {
            change([...items, make()])
            open(items.length, true)
          }}
        >
          {add}
        </Button>
      )}
      {isReadOnly && items.length === 0 && <p className="text-faint">{words.none}</p>}
    </div>
  )
}

interface ItemProps {
  itemKey: string
  title: string
  note: string
  isOpen: boolean
  isReadOnly: boolean
  onToggle: (isOpen: boolean) => void
  onRaise: (() => void) | null
  onRemove: () => void
  children: () => ReactNode
}

function ListItem({ itemKey, title, note, isOpen, isReadOnly, onToggle, onRaise, onRemove, children }: ItemProps) {
  const id = useId()
  return (
    <li data-path={itemKey} className="min-w-0 rounded-md border border-line bg-surface">
      <div className="flex items-center gap-0.5 pr-1">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          className="flex h-9 min-w-0 flex-1 items-center gap-2 rounded-md px-2.5 text-left hover:bg-hover"
          onClick={() => onToggle(!isOpen)}
        >
          <Icon name={isOpen ? 'down' : 'right'} width="12" height="12" className="shrink-0 text-faint" />
          <span className="max-w-full shrink-0 truncate font-medium">{title}</span>
          <span className="min-w-0 truncate text-xs text-faint">{note}</span>
        </button>
        {!isReadOnly && onRaise && <IconButton icon="up" label={words.raise(title)} onClick={onRaise} />}
        {!isReadOnly && <IconButton icon="trash" label={words.remove(title)} onClick={onRemove} />}
      </div>
      {isOpen && (
        // A card stays open while it has the focus, also after its faults were corrected.
        <div id={id} className={classes('flex flex-col gap-3 border-t border-line p-3')} onFocus={() => onToggle(true)}>
          {children()}
        </div>
      )}
    </li>
  )
}
