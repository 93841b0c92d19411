// The bar above the list: the search, and the filters, which are loaded after the first screen.
import { Suspense } from 'react'
import type { Session } from '../session/session.ts'
import { lazily } from '../ui/lazily.ts'
import { SearchField } from '../ui/search-field.tsx'
import type { Filters } from './filters.ts'
import { inboxTexts } from './texts.ts'

const FilterChips = lazily(async () => (await import('./filter-chips.tsx')).FilterChips)

interface BarProps {
  session: Session
  filters: Filters
  onChange: (filters: Filters) => void
}

export function FilterBar({ session, filters, onChange }: BarProps) {
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <SearchField
        label={inboxTexts.search}
        value={filters.user_id ?? ''}
        onChange={(user_id) => onChange({ ...filters, user_id })}
      />
      <Suspense fallback={<span className="h-8" />}>
        <FilterChips session={session} filters={filters} onChange={onChange} />
      </Suspense>
    </div>
  )
}
