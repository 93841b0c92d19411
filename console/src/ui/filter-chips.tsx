// The filters above a list: a chip for each active one, and a menu to add one. `f` opens the menu.
import { Suspense, useRef, useState } from 'react'
import { texts } from '../texts/index.ts'
import { IconButton } from './button.tsx'
import { Icon } from './icons.tsx'
import { notify } from './notify.ts'
import { PopupMenu, PopupMenuItem, PopupPanel } from './popup.tsx'
import { LoadingState } from './state.tsx'
import { useKeys } from './use-keys.ts'

const words = texts.filters

interface ChipsProps<Name extends string> {
  /** In the order of the menu. */
  names: readonly Name[]
  labels: Readonly<Record<Name, string>>
  /** The value in words; empty if the filter is not set. */
  describe: (name: Name) => string
  renderEditor: (name: Name, close: () => void) => React.ReactNode
  onRemove: (name: Name) => void
  /** Null: there is nothing to clear. */
  onClear: (() => void) | null
}

export function FilterChips<Name extends string>(props: ChipsProps<Name>) {
  const { names, labels, describe, renderEditor, onRemove, onClear } = props
  const [opened, setOpened] = useState<Name | null>(null)
  const addButton = useRef<HTMLButtonElement>(null)
  useKeys({ f: () => addButton.current?.click() })
  return (
    <>
      {names
        .filter((name) => describe(name) !== '' || name === opened)
        .map((name) => (
          <Chip
            key={name}
            label={labels[name]}
            text={describe(name)}
            isOpen={opened === name}
            onOpenChange={(isOpen) => setOpened(isOpen ? name : null)}
            onRemove={() => onRemove(name)}
          >
            {renderEditor(name, () => setOpened(null))}
          </Chip>
        ))}
      <AddFilter
        ref={addButton}
        choices={names.filter((name) => describe(name) === '')}
        labels={labels}
        onAdd={setOpened}
      />
      {onClear && (
        <>
          <button type="button" className="h-8 rounded-md px-2 text-soft hover:bg-hover" onClick={onClear}>
            {texts.clear}
          </button>
          <IconButton icon="link" label={words.copyLink} onClick={() => void copyLink()} />
        </>
      )}
    </>
  )
}

async function copyLink(): Promise<void> {
  await navigator.clipboard.writeText(location.href)
  notify(words.linkCopied)
}

interface ChipProps {
  label: string
  text: string
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
  onRemove: () => void
  children: React.ReactNode
}

function Chip({ label, text, isOpen, onOpenChange, onRemove, children }: ChipProps) {
  return (
    <span className="inline-flex h-8 max-w-full items-center rounded-md bg-accent-wash text-accent-strong">
      <PopupPanel
        title={words.edit(label)}
        open={isOpen}
        onOpenChange={onOpenChange}
        trigger={
          <button
            type="button"
            className="flex h-8 min-w-0 items-center gap-1.5 rounded-md pr-1 pl-2.5 hover:underline"
          >
            <span>{label}</span>
            {text !== '' && <span className="max-w-64 truncate font-medium">{text}</span>}
          </button>
        }
      >
        <Suspense fallback={<LoadingState />}>{children}</Suspense>
      </PopupPanel>
      {text !== '' && (
        <button
          type="button"
          aria-label={words.remove(label)}
          className="grid size-8 place-items-center rounded-md hover:bg-surface/60"
          onClick={onRemove}
        >
          <Icon name="close" width="12" height="12" />
        </button>
      )}
    </span>
  )
}

interface AddProps<Name extends string> {
  ref: React.Ref<HTMLButtonElement>
  choices: readonly Name[]
  labels: Readonly<Record<Name, string>>
  onAdd: (name: Name) => void
}

function AddFilter<Name extends string>({ ref, choices, labels, onAdd }: AddProps<Name>) {
  return (
    <PopupMenu
      align="start"
      trigger={
        <button
          ref={ref}
          type="button"
          className="flex h-8 items-center gap-1.5 rounded-md border border-dashed border-edge px-2.5 text-soft hover:bg-hover hover:text-ink data-[popup-open]:bg-hover"
        >
          <Icon name="filter" />
          {words.add}
        </button>
      }
    >
      {choices.map((name) => (
        <PopupMenuItem key={name} onSelect={() => onAdd(name)}>
          {labels[name]}
        </PopupMenuItem>
      ))}
    </PopupMenu>
  )
}
