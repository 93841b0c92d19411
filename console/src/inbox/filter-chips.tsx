// The filters above the list of conversations.
import { useEffect } from 'react'
import type { Session } from '../session/session.ts'
import { FilterChips as Chips } from '../ui/filter-chips.tsx'
import { lazily } from '../ui/lazily.ts'
import { describeFilter } from './filter-text.ts'
import { type Filters, filterNames, isFiltered, withoutFilter } from './filters.ts'
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
  const agentName = useAgentName(session, filters.agent_id)
  // Loaded after the first screen, before it is needed.
  useEffect(() => void loadEditor().catch(() => {}), [])
  return (
    <Chips
      names={filterNames}
      labels={inboxTexts.filters.names}
      describe={(name) => describeFilter(filters, name, agentName)}
      renderEditor={(name, close) => (
        <FilterEditor
          name={name}
          filters={filters}
          onApply={(changed) => {
            close()
            onChange(changed)
          }}
        />
      )}
      onRemove={(name) => onChange(withoutFilter(filters, name))}
      onClear={isFiltered(filters) ? () => onChange({}) : null}
    />
  )
}
