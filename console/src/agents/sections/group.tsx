// Layout of fields: groups with a heading, columns, and folded groups.
import { type ReactNode, useId, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { type Path, isWithin, keyOf } from '../document.ts'
import { useEditor } from '../editor-context.ts'
import { ListField, type ListProps } from '../fields/list-field.tsx'

export function Group({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-3 border-t border-line pt-5 first:border-t-0 first:pt-0">
      <div className="flex flex-col gap-0.5">
        <h3 className="text-base font-semibold">{title}</h3>
        {hint && <p className="text-soft text-pretty">{hint}</p>}
      </div>
      {children}
    </section>
  )
}

interface ListGroupProps extends Omit<ListProps, 'thing' | 'add' | 'hint'> {
  texts: { title: string; hint: string; thing: string; add: string }
}

/** A group that consists of one list. */
export function ListGroup({ texts: { title, hint, thing, add }, ...list }: ListGroupProps) {
  return (
    <Group title={title} hint={hint}>
      <ListField thing={thing} add={add} {...list} />
    </Group>
  )
}

/** Fields side by side, if there is room. */
export function Row({ children }: { children: ReactNode }) {
  return <div className="grid min-w-0 gap-3 wide:grid-cols-2">{children}</div>
}

/** A line that opens to its fields. It opens by itself if one of them has a fault. */
export function Fold({ title, paths, children }: { title: string; paths: readonly Path[]; children: ReactNode }) {
  const id = useId()
  const { faults } = useEditor()
  const [isOpened, setOpened] = useState(false)
  const isOpen = isOpened || faults.some((fault) => paths.some((path) => isWithin(fault.path, keyOf(path))))
  return (
    <div className="min-w-0 rounded-md border border-line bg-surface">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        className="flex h-9 w-full items-center gap-2 rounded-md px-2.5 text-left font-medium hover:bg-hover"
        onClick={() => setOpened(!isOpen)}
      >
        <Icon name={isOpen ? 'down' : 'right'} width="12" height="12" className="shrink-0 text-faint" />
        {title}
      </button>
      {isOpen && (
        <div id={id} className="flex flex-col gap-3 border-t border-line p-3" onFocus={() => setOpened(true)}>
          {children}
        </div>
      )}
    </div>
  )
}
