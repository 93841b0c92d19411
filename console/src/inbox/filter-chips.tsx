// The filters above the list: a chip for each active one, and a menu to add one.
import { Suspense, useEffect, useRef, useState } from 'react'
import type { Session } from '../session/session.ts'
import { useKeys } from '../ui/use-keys.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { lazily } from '../ui/lazily.ts'
import { notify } from '../ui/notify.ts'
import { PopupMenu, PopupMenuItem, PopupPanel } from '../ui/popup.tsx'
import { LoadingState } from '../ui/state.tsx'
import { describeFilter } from './filter-text.ts'
import { type FilterName, type Filters, filterNames, isFiltered, isSet, withoutFilter } from './filters.ts'
import { useAgentName } from '../agent-names/use-agents.ts'
import { inboxTexts } from './texts.ts'

const loadEditor = () => import('./filter-editor.tsx')
const FilterEditor = lazily(async () => (await loadEditor()).FilterEditor)

interface ChipsProps {
  session: Session
  filters: Filters
  onChange: (filters: Filters) => void
}

export function FilterChips({ session, filters, onChange }: ChipsProps) {
  const [opened, setOpened] = useState<FilterName | null>(null)
  const addButton = useRef<HTMLButtonElement>(null)
  const agentName = useAgentName(session, filters.agent_id)
  const shown = filterNames.filter((name) => isSet(filters, name) || name === opened)
  // Loaded after the first screen, before it is needed.
  useEffect(() => void loadEditor().catch(() => {}), [])
  useKeys({ f: () => addButton.current?.click() })

  return (
    <>
      {shown.map((name) => (
        <Chip
          key={name}
          name={name}
          text={describeFilter(filters, name, agentName)}
          isOpen={opened === name}
          onOpenChange={(isOpen) => setOpened(isOpen ? name : null)}
          onRemove={() => onChange(withoutFilter(filters, name))}
        >
          <FilterEditor
            name={name}
            filters={filters}
            onApply={(changed) => {
              setOpened(null)
              onChange(changed)
            }}
          />
        </Chip>
      ))}
      <AddFilter ref={addButton} filters={filters} onAdd={setOpened} />
      {isFiltered(filters) && (
        <>
          <button type="button" className="h-8 rounded-md px-2 text-soft hover:bg-hover" onClick={() => onChange({})}>
            {texts.clear}
          </button>
          <IconButton icon="link" label={inboxTexts.filters.copyLink} onClick={() => void copyLink()} />
        </>
      )}
    </>
  )
}

async function copyLink(): Promise<void> {
  await navigator.clipboard.writeText(location.href)
  notify(inboxTexts.filters.linkCopied)
}

interface ChipProps {
  name: FilterName
  text: string
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
  onRemove: () => void
  children: React.ReactNode
}

function Chip({ name, text, isOpen, onOpenChange, onRemove, children }: ChipProps) {
  const label = inboxTexts.filters.names[name]
  return (
    <span className="inline-flex h-8 max-w-full items-center rounded-md bg-accent-wash text-accent-strong">
      <PopupPanel
        title={inboxTexts.filters.edit(label)}
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
          aria-label={inboxTexts.filters.remove(label)}
          className="grid size-8 place-items-center rounded-md hover:bg-surface/60"
          onClick={onRemove}
        >
          <Icon name="close" width="12" height="12" />
        </button>
      )}
    </span>
  )
}

interface AddProps {
  ref: React.Ref<HTMLButtonElement>
  filters: Filters
  onAdd: (name: FilterName) => void
}

function AddFilter({ ref, filters, onAdd }: AddProps) {
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
          {inboxTexts.filters.add}
        </button>
      }
    >
      {filterNames
        .filter((name) => !isSet(filters, name))
        .map((name) => (
          <PopupMenuItem key={name} onSelect={() => onAdd(name)}>
            {inboxTexts.filters.names[name]}
          </PopupMenuItem>
        ))}
    </PopupMenu>
  )
}
