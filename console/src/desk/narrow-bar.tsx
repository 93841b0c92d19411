// What the list is narrowed to, and its order.
import { inboxOrders, priorities, slaStates } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useSession } from '../session/session-context.ts'
import { handlingTexts } from '../handling/texts.ts'
import { controlClasses } from '../ui/control-classes.ts'
import { IconButton } from '../ui/button.tsx'
import { type DeskFilters, isNarrowed, orderOf } from './desk-search.ts'
import { deskTexts as words } from './texts.ts'

interface Props {
  filters: DeskFilters
  onChange: (filters: DeskFilters) => void
}

export function NarrowBar({ filters, onChange }: Props) {
  const { client } = useSession()
  const { data: tags = [] } = useQuery({
    queryKey: ['tags'],
    queryFn: async ({ signal }) => (await client.listTags({}, { signal })).data,
    staleTime: 30_000,
  })
  const { priority, sla, tag, ...rest } = filters
  const put = (field: 'priority' | 'sla' | 'tag' | 'order', value: string) => {
    const { [field]: _before, ...others } = filters
    onChange((value === '' ? others : { ...others, [field]: value }) as DeskFilters)
  }
  const isTagKnown = tag === undefined || tags.includes(tag)
  return (
    <div role="group" aria-label={words.narrow} className="flex flex-wrap items-center gap-1.5">
      {filters.view !== 'ended' && (
        <Select label={words.order} value={orderOf(filters)} onChange={(value) => put('order', value)}>
          {inboxOrders.map((one) => [one, words.orders[one]])}
        </Select>
      )}
      <Select label={words.priority} value={priority ?? ''} onChange={(value) => put('priority', value)}>
        {[['', words.anyPriority], ...priorities.map((one) => [one, handlingTexts.priorities[one]] as const)]}
      </Select>
      <Select label={words.sla} value={sla ?? ''} onChange={(value) => put('sla', value)}>
        {[['', words.anySla], ...slaStates.map((one) => [one, handlingTexts.slaStates[one]] as const)]}
      </Select>
      {(tags.length > 0 || tag !== undefined) && (
        <Select label={words.tag} value={tag ?? ''} onChange={(value) => put('tag', value)}>
          {[['', words.anyTag], ...[...tags, ...(isTagKnown ? [] : [tag])].map((one) => [one, one] as const)]}
        </Select>
      )}
      {isNarrowed(filters) && <IconButton icon="close" label={words.clear} onClick={() => onChange(rest)} />}
    </div>
  )
}

interface SelectProps {
  label: string
  value: string
  onChange: (value: string) => void
  children: readonly (readonly string[])[]
}

function Select({ label, value, onChange, children }: SelectProps) {
  return (
    <select
      aria-label={label}
      title={label}
      value={value}
      className={`${controlClasses} max-w-36 text-xs`}
      onChange={(event) => onChange(event.target.value)}
    >
      {children.map(([one, name]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </select>
  )
}
