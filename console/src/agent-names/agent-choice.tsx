// A field to choose one agent, or all. It finds agents by name, no matter how many there are.
import { Combobox } from '@base-ui/react/combobox'
import { useMemo, useState } from 'react'
import { type NamedAgent, useAgentName, useFoundAgents } from './use-agents.ts'
import { useSession } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { classes } from '../ui/classes.ts'
import { controlClasses } from '../ui/control-classes.ts'
import { Icon } from '../ui/icons.tsx'
import { menuItemClasses, popupClasses } from '../ui/popup.tsx'
import { agentNameTexts } from './texts.ts'

interface ChoiceProps {
  /** For a field without a visible label. */
  label?: string
  /** The option for all agents. */
  all: string
  chosen: string | undefined
  onChoose: (agent_id: string | undefined) => void
  className?: string
}

export function AgentChoice({ label, all, chosen, onChoose, className }: ChoiceProps) {
  const session = useSession()
  const [text, setText] = useState('')
  const { list, isSearching } = useFoundAgents(session, text)
  const name = useAgentName(session, chosen) ?? ''
  const everyone = useMemo((): NamedAgent => ({ id: '', name: all }), [all])
  // Keeps the same object: a new one would replace what is being typed.
  const value = useMemo(() => (chosen === undefined ? everyone : { id: chosen, name }), [chosen, name, everyone])
  return (
    <Combobox.Root<NamedAgent>
      items={text.trim() === '' ? [everyone, ...list] : list}
      filter={null}
      autoHighlight
      value={value}
      itemToStringLabel={(agent) => agent.name}
      isItemEqualToValue={(a, b) => a.id === b.id}
      onInputValueChange={(typed, { reason }) => setText(reason === 'input-change' ? typed : '')}
      onValueChange={(agent) => agent && onChoose(agent.id === '' ? undefined : agent.id)}
    >
      <span className={classes('relative block min-w-0', className)}>
        <Combobox.Input
          aria-label={label}
          className={classes(controlClasses, 'truncate pr-7')}
          maxLength={200}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Icon
          name="down"
          width="12"
          height="12"
          className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-faint"
        />
      </span>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} collisionPadding={12} className="z-50">
          <Combobox.Popup
            className={classes(popupClasses, 'max-h-80 w-(--anchor-width) min-w-52 overflow-y-auto p-1')}
            aria-busy={isSearching || undefined}
          >
            <Combobox.Empty className="px-2 py-1.5 text-soft empty:hidden">
              {isSearching ? texts.loading : agentNameTexts.none}
            </Combobox.Empty>
            <Combobox.List>
              {(agent: NamedAgent) => (
                <Combobox.Item key={agent.id} value={agent} className={menuItemClasses}>
                  <bdi className="min-w-0 flex-1 truncate">{agent.name}</bdi>
                  <Combobox.ItemIndicator>
                    <Icon name="check" className="text-accent" />
                  </Combobox.ItemIndicator>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}
