// Chooses tools one by one: a search, what it finds, and what is chosen.
import { most_mcp_tools } from '@parley/contract'
import { useState } from 'react'
import { Check } from '../settings/parts.tsx'
import { Icon } from '../ui/icons.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { mcpToolTexts as words } from './texts.ts'
import { useTools } from './use-tools.ts'

interface Props {
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}

export function ToolChoice({ chosen, onChange }: Props) {
  const [query, setQuery] = useState('')
  const remove = (name: string) => onChange(chosen.filter((each) => each !== name))
  return (
    <div className="flex min-w-0 flex-col gap-2 rounded-md border border-line p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <SearchField label={words.search} value={query} onChange={(text) => setQuery(text ?? '')} hasKey={false} />
        <p role="status" className="numeric text-xs text-faint">
          {words.chosen(chosen.length, most_mcp_tools)}
        </p>
      </div>
      {chosen.length > 0 && (
        <ul aria-label={words.chosenTools} className="flex max-h-32 flex-wrap gap-1 overflow-y-auto">
          {chosen.map((name) => (
            <li key={name} className="inline-flex min-w-0 items-center rounded-md bg-accent-wash text-accent-strong">
              <code className="min-w-0 py-1 pl-2 font-mono text-xs break-all">{name}</code>
              <button
                type="button"
                aria-label={words.remove(name)}
                className="grid size-6 shrink-0 place-items-center rounded-md hover:bg-surface/60"
                onClick={() => remove(name)}
              >
                <Icon name="close" width="12" height="12" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Found query={query} chosen={chosen} onChange={onChange} />
    </div>
  )
}

function Found({ query, chosen, onChange }: Props & { query: string }) {
  const { data, error, isPending, refetch } = useTools(query)
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (data.length === 0) return <p className="text-soft">{words.nothing}</p>
  const isFull = chosen.length >= most_mcp_tools
  return (
    <fieldset className="flex max-h-72 flex-col gap-1.5 overflow-y-auto border-t border-line pt-2">
      <legend className="sr-only">{words.tools}</legend>
      {data.map(({ name, description, reads }) => {
        const isChosen = chosen.includes(name)
        return (
          <Check
            key={name}
            label={<code className="font-mono text-xs break-all">{name}</code>}
            hint={`${description} · ${reads ? words.reads : words.changes}`}
            isChecked={isChosen}
            isDisabled={isFull && !isChosen}
            onChange={(isIn) => onChange(isIn ? [...chosen, name] : chosen.filter((each) => each !== name))}
          />
        )
      })}
    </fieldset>
  )
}
