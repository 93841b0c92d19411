// The filters above the entries, and the fields of each.
import { auditOutcomes, auditTargetTypes, auditVias, auditedOperations } from '@parley/contract'
import { useState } from 'react'
import { Field, SelectInput, TextInput } from '../ui/field.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { Choices, EditorForm, TextEditor } from '../ui/filter-editors.tsx'
import { TimeEditor } from '../ui/time-editor.tsx'
import { type Entry, describeFilter, nameActor } from './entry-text.ts'
import { type FilterName, type Filters, filterNames, isFiltered, withoutFilter } from './filters.ts'
import { auditTexts as words } from './texts.ts'

interface BarProps {
  filters: Filters
  /** What is shown: their actors are offered, and give ids their names. */
  entries: readonly Entry[]
  onChange: (filters: Filters) => void
}

export function FilterBar({ filters, entries, onChange }: BarProps) {
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <FilterChips
        names={filterNames}
        labels={words.filters}
        describe={(name) => describeFilter(filters, name, entries)}
        renderEditor={(name, close) => (
          <Editor
            name={name}
            filters={filters}
            entries={entries}
            onApply={(changed) => {
              close()
              onChange({ ...filters, ...changed })
            }}
          />
        )}
        onRemove={(name) => onChange(withoutFilter(filters, name))}
        onClear={isFiltered(filters) ? () => onChange({}) : null}
      />
    </div>
  )
}

/** With undefined for what is not set any longer. */
type Changed = { [Name in keyof Filters]?: Filters[Name] | undefined }

interface EditorProps {
  name: FilterName
  filters: Filters
  entries: readonly Entry[]
  onApply: (changed: Changed) => void
}

function Editor({ name, filters, entries, onApply }: EditorProps) {
  switch (name) {
    case 'time':
      return <TimeEditor after={filters.after} before={filters.before} onApply={onApply} />
    case 'actor':
      return <ActorEditor chosen={filters.actor_id} entries={entries} onApply={onApply} />
    case 'action':
      return (
        <TextEditor
          label={words.actionName}
          value={filters.action}
          suggestions={auditedOperations}
          onApply={(action) => onApply({ action })}
        />
      )
    case 'target':
      return <TargetEditor filters={filters} onApply={onApply} />
    case 'via':
      return <Choices values={auditVias} names={words.vias} chosen={filters.via} onChoose={(via) => onApply({ via })} />
    case 'outcome':
      return (
        <Choices
          values={auditOutcomes}
          names={words.outcomes}
          chosen={filters.outcome}
          onChoose={(outcome) => onApply({ outcome })}
        />
      )
  }
}

/** Others are found by their ids. */
const most_actors = 20

interface ActorProps extends Pick<EditorProps, 'entries' | 'onApply'> {
  chosen: string | undefined
}

function ActorEditor({ chosen, entries, onApply }: ActorProps) {
  const known = new Map(
    entries.flatMap(({ actor }): [string, string][] => (actor.id === null ? [] : [[actor.id, nameActor(actor)]])),
  )
  return (
    <div className="flex flex-col gap-3">
      {known.size > 0 && (
        <Choices
          values={[...known.keys()].slice(0, most_actors)}
          names={Object.fromEntries(known)}
          chosen={chosen}
          onChoose={(actor_id) => onApply({ actor_id })}
        />
      )}
      <TextEditor label={words.actorId} value={chosen} onApply={(actor_id) => onApply({ actor_id })} />
    </div>
  )
}

function TargetEditor({ filters, onApply }: Pick<EditorProps, 'filters' | 'onApply'>) {
  const [type, setType] = useState<Filters['target_type'] | ''>(filters.target_type ?? '')
  const [id, setId] = useState(filters.target_id ?? '')
  const apply = () => onApply({ target_type: type || undefined, target_id: id.trim() || undefined })
  return (
    <EditorForm onSubmit={apply}>
      <Field label={words.targetType}>
        <SelectInput value={type} onChange={(event) => setType(event.target.value as typeof type)}>
          <option value="">{words.anyType}</option>
          {auditTargetTypes.map((each) => (
            <option key={each} value={each}>
              {words.targetTypes[each]}
            </option>
          ))}
        </SelectInput>
      </Field>
      <Field label={words.id}>
        <TextInput value={id} maxLength={200} onValueChange={setId} />
      </Field>
    </EditorForm>
  )
}
