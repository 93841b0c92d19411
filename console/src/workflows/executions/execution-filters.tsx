// The filters of the list of executions; the address keeps them.
import { executionStatuses, triggerTypes } from '@parley/contract'
import type { ReactNode } from 'react'
import { fromLocal, toLocal } from '../../base/local-time.ts'
import { Button } from '../../ui/button.tsx'
import { controlClasses } from '../../ui/control-classes.ts'
import { runTexts as words } from '../run/texts.ts'
import { useWorkflowList, useWorkflowName } from '../use-workflow-names.ts'
import { type ExecutionsSearch, isFiltered } from '../workflow-search.ts'

interface FiltersProps {
  search: ExecutionsSearch
  onChange: (more: ExecutionsSearch) => void
  onClear: () => void
}

export function ExecutionFilters({ search, onChange, onClear }: FiltersProps) {
  const { filters } = words
  return (
    <div
      role="group"
      aria-label={filters.label}
      className="flex flex-wrap items-end gap-2 border-b border-line px-4 py-2.5"
    >
      <Choice
        label={filters.status}
        value={search.status}
        onChange={(status) => onChange({ status })}
        any={filters.anyStatus}
      >
        {executionStatuses.map((status) => (
          <option key={status} value={status}>
            {words.statuses[status]}
          </option>
        ))}
      </Choice>
      <WorkflowChoice search={search} onChange={onChange} />
      <Choice
        label={filters.trigger}
        value={search.trigger_type}
        onChange={(trigger_type) => onChange({ trigger_type } as ExecutionsSearch)}
        any={filters.anyTrigger}
      >
        {triggerTypes.map((type) => (
          <option key={type} value={type}>
            {words.causes[type]}
          </option>
        ))}
      </Choice>
      <Choice
        label={filters.kind}
        value={search.is_test}
        onChange={(is_test) => onChange({ is_test } as ExecutionsSearch)}
        any={filters.real}
      >
        <option value="true">{filters.tests}</option>
      </Choice>
      <Time
        label={filters.from}
        value={search.created_after}
        onChange={(created_after) => onChange({ created_after } as ExecutionsSearch)}
      />
      <Time
        label={filters.to}
        value={search.created_before}
        onChange={(created_before) => onChange({ created_before } as ExecutionsSearch)}
      />
      {search.version !== undefined && <p className="py-1.5">{filters.version(search.version)}</p>}
      {search.conversation_id !== undefined && <p className="py-1.5">{filters.conversation(search.conversation_id)}</p>}
      {isFiltered(search) && (
        <Button kind="quiet" icon="close" onClick={onClear}>
          {filters.clear}
        </Button>
      )}
    </div>
  )
}

function WorkflowChoice({ search, onChange }: Omit<FiltersProps, 'onClear'>) {
  const { filters } = words
  const workflows = useWorkflowList() ?? []
  const name = useWorkflowName(search.workflow_id ?? null)
  const isListed = workflows.some(({ id }) => id === search.workflow_id)
  return (
    <Choice
      label={filters.workflow}
      value={search.workflow_id}
      // A version is one of its workflow.
      onChange={(workflow_id: string | undefined) => onChange({ workflow_id, version: undefined } as ExecutionsSearch)}
      any={filters.anyWorkflow}
    >
      {search.workflow_id && !isListed && <option value={search.workflow_id}>{name}</option>}
      {workflows.map((workflow) => (
        <option key={workflow.id} value={workflow.id}>
          {workflow.name}
        </option>
      ))}
    </Choice>
  )
}

interface ChoiceProps<T extends string> {
  label: string
  value: T | undefined
  any: string
  onChange: (value: T | undefined) => void
  children: ReactNode
}

function Choice<T extends string>({ label, value, any, onChange, children }: ChoiceProps<T>) {
  return (
    <label className="flex min-w-0 flex-col gap-0.5 text-xs text-faint">
      {label}
      <select
        className={`${controlClasses} max-w-52 text-sm`}
        value={value ?? ''}
        onChange={({ target }) => onChange(target.value === '' ? undefined : (target.value as T))}
      >
        <option value="">{any}</option>
        {children}
      </select>
    </label>
  )
}

interface TimeProps {
  label: string
  value: string | undefined
  onChange: (value: string | undefined) => void
}

function Time({ label, value, onChange }: TimeProps) {
  return (
    <label className="flex flex-col gap-0.5 text-xs text-faint">
      {label}
      <input
        type="datetime-local"
        className={`${controlClasses} text-sm`}
        value={toLocal(value)}
        onChange={({ target }) => onChange(fromLocal(target.value))}
      />
    </label>
  )
}
