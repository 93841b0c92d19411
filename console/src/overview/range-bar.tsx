// The controls of the overview: the time range and the agent. Both are kept in the address.
import { AgentChoice } from '../agent-names/agent-choice.tsx'
import { PresetButtons } from '../charts/preset-buttons.tsx'
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
  const agent = view.agent_id === undefined ? {} : { agent_id: view.agent_id }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <PresetButtons
        names={own.presets}
        presets={presets}
        chosen={presetOf(view)}
        times={view}
        onPreset={(range) => onChange(range === '7d' ? agent : { range, ...agent })}
        onOwn={(times) => onChange({ ...times, ...agent })}
      />
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
