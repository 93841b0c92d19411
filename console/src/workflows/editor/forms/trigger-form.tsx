// What starts the workflow, and the fields of that.
import { type TriggerType, channels, triggerTypes } from '@parley/contract'
import { use } from 'react'
import { useAgentNames } from '../../../agent-names/use-agents.ts'
import { useSession } from '../../../session/session-context.ts'
import { texts } from '../../../texts/index.ts'
import { Field, Select } from '../../../ui/field.tsx'
import type { Path } from '../../definition/definition.ts'
import { writeStep } from '../../definition/edit.ts'
import { stepTexts } from '../../step-texts.ts'
import { PlaceContext, useEditor, useField } from '../editor-context.ts'
import { ChoiceField } from '../fields/basic.tsx'
import { ExpressionField } from '../fields/expression-field.tsx'
import { RowsField } from '../fields/rows.tsx'
import { SetField } from '../fields/set.tsx'
import { formTexts } from '../form-texts.ts'
import { EventLines } from './event-lines.tsx'
import { TimerForm } from './timer-form.tsx'
import { WebhookForm } from './webhook-form.tsx'

const words = formTexts.trigger
const at = (field: string): Path => ['config', field]

export function TriggerForm() {
  const { definition, change } = useEditor()
  const step_id = use(PlaceContext)!
  const { key, value, error, isReadOnly } = useField(at('type'))
  const type = String(value ?? '')
  return (
    <>
      <div data-path={key}>
        <Field label={words.type} error={error} hint={words.hints[type as TriggerType]}>
          <Select
            value={type}
            disabled={isReadOnly}
            // The fields of one type mean nothing to another.
            onChange={({ target }) => change(writeStep(definition, step_id, ['config'], { type: target.value }))}
          >
            {triggerTypes.map((one) => (
              <option key={one} value={one}>
                {stepTexts.triggers[one]}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      <OwnFields key={type} type={type} />
    </>
  )
}

function OwnFields({ type }: { type: string }) {
  switch (type) {
    case 'timer':
      return <TimerForm />
    case 'webhook':
      return <WebhookForm />
    case 'event':
      return <EventForm />
    case 'pre_call':
      return <AgentsField />
    case 'post_call':
      return (
        <>
          <AgentsField />
          <ChannelsField />
          <RowsField path={at('custom_metadata')} label={words.metadata} />
        </>
      )
    default:
      return null
  }
}

function AgentsField() {
  const { list } = useAgentNames(useSession())
  return (
    <SetField path={at('agent_ids')} legend={words.agents} options={list.map(({ id, name }) => [id, name] as const)} />
  )
}

const channelNames = channels.map((channel) => [channel, texts.channels[channel]] as const)
const ChannelsField = () => <SetField path={at('channels')} legend={words.channels} options={channelNames} />

function EventForm() {
  const { list } = useAgentNames(useSession())
  return (
    <>
      <EventLines path={at('events')} />
      <ChoiceField
        path={at('agent_id')}
        label={words.agent}
        options={list.map(({ id, name }) => [id, name])}
        unset={words.allAgents}
      />
      <ExpressionField path={at('filter')} label={words.filter} hint={words.filterHint} isBare />
    </>
  )
}
