// How a widget behaves: how a conversation starts, where the launcher is, and what visitors can do.
import { widgetBounds, widgetDefaults } from '@parley/contract'
import { Section } from '../settings/settings-page.tsx'
import { ChoiceValue, Columns, type Edit, FlagValue, LinesValue, NumberValue, TextValue } from './config-fields.tsx'
import { behaviourTexts as words } from './section-texts.ts'
import { valueAt } from './widget-draft.ts'

const flags = Object.keys(words.flags) as (keyof typeof words.flags)[]

export function BehaviourSection({ edit }: { edit: Edit }) {
  const hasGreeting = valueAt(edit.draft.config, ['greeting', 'text']) !== undefined
  return (
    <>
      <Section title={words.start}>
        <div className="flex flex-col gap-4 p-4">
          <FlagValue
            edit={edit}
            path={['start_conversation_on_toggle']}
            label={words.startOnOpen}
            hint={words.startOnOpenHint}
            byDefault={widgetDefaults.start_conversation_on_toggle}
          />
          <LinesValue edit={edit} path={['suggested_questions']} label={words.questions} hint={words.questionsHint} />
          <TextValue
            edit={
              hasGreeting ? edit : { ...edit, setValue: (_path, text) => edit.setValue(['greeting'], text && { text }) }
            }
            path={['greeting', 'text']}
            label={words.greeting}
            hint={words.greetingHint}
            maxLength={widgetBounds.greeting.text}
          />
        </div>
        {hasGreeting && (
          <Columns>
            <NumberValue
              edit={edit}
              path={['greeting', 'delay_seconds']}
              label={words.delay}
              byDefault={widgetDefaults.greeting.delay_seconds}
              {...widgetBounds.greeting.delay_seconds}
            />
            <ChoiceValue
              edit={edit}
              path={['greeting', 'frequency']}
              label={words.frequency}
              choices={words.frequencies}
              byDefault={widgetDefaults.greeting.frequency}
            />
          </Columns>
        )}
      </Section>
      <Visible edit={edit} />
      <Section title={words.controls}>
        <div className="flex flex-col gap-2.5 p-4">
          {flags.map((name) => (
            <FlagValue
              key={name}
              edit={edit}
              path={[name]}
              label={words.flags[name]}
              byDefault={widgetDefaults[name]}
            />
          ))}
          <ChoiceValue
            edit={edit}
            path={['storage']}
            label={words.storage}
            choices={words.storages}
            byDefault="frame"
          />
          <LinesValue edit={edit} path={['image_hosts']} label={words.imageHosts} hint={words.imageHostsHint} />
        </div>
      </Section>
    </>
  )
}

function Visible({ edit }: { edit: Edit }) {
  return (
    <Section title={words.visible}>
      <Columns>
        <ChoiceValue
          edit={edit}
          path={['trigger', 'devices']}
          label={words.devices}
          choices={words.deviceNames}
          byDefault="all"
        />
        <FlagValue
          edit={edit}
          path={['trigger', 'hidden']}
          label={words.hidden}
          byDefault={widgetDefaults.trigger.hidden}
        />
        <LinesValue edit={edit} path={['trigger', 'paths', 'include']} label={words.include} hint={words.pathsHint} />
        <LinesValue edit={edit} path={['trigger', 'paths', 'exclude']} label={words.exclude} hint={words.pathsHint} />
      </Columns>
    </Section>
  )
}
