// The controls of the overview: the time range and the agent. Both are kept in the address.
import { AgentChoice } from '../agent-names/agent-choice.tsx'
import { OwnRange, choiceClasses } from '../charts/own-range.tsx'
import { useSession } from '../session/session-context.ts'
import { overviewTexts as words } from './texts.ts'
import { type View, presetOf, presets } from './view.ts'

const own = words.range

interface BarProps {
  view: View
  onChange: (view: View) => void
}

export function RangeBar({ view, onChange }: BarProps) {
  const { scopes } = useSession()
  const mayChoose = scopes.has('agents:read') || scopes.has('agents:manage') || view.agent_id !== undefined
  const chosen = presetOf(view)
  const agent = view.agent_id === undefined ? {} : { agent_id: view.agent_id }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <div role="group" aria-label={own.label} className="flex gap-0.5 rounded-md bg-sunken p-0.5">
        {presets.map((range) => (
          <button
            key={range}
            type="button"
            aria-pressed={range === chosen}
            className={choiceClasses(range === chosen)}
            onClick={() => onChange(range === '7d' ? agent : { range, ...agent })}
          >
            {own.presets[range]}
          </button>
        ))}
        <OwnRange times={view} isChosen={chosen === 'own'} onChange={(times) => onChange({ ...times, ...agent })} />
      </div>
      {mayChoose && (
        <AgentChoice
          label={own.agent}
          all={own.allAgents}
          className="max-w-52 flex-1"
          chosen={view.agent_id}
          onChoose={(agent_id) => {
            const { agent_id: _before, ...range } = view
            onChange(agent_id === undefined ? range : { ...range, agent_id })
          }}
        />
      )}
    </div>
  )
}
