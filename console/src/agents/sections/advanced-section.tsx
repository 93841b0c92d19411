// The other settings of an agent: model, limits, channels, analysis, retention, and settings for later capabilities.
import { agentBounds, agentDefaults, channels, concurrencyRules } from '@parley/contract'
import { agentTexts } from '../texts.ts'
import { texts } from '../../texts/index.ts'
import { ChoiceField, LongTextField, NumberField, SwitchField, TextField } from '../fields/basic-fields.tsx'
import { GreetingField } from '../fields/greeting-field.tsx'
import { ListField } from '../fields/list-field.tsx'
import { ModelFields } from '../fields/model-fields.tsx'
import { JsonField } from '../fields/written-fields.tsx'
import { laterKeys } from '../later-keys.ts'
import { Fold, Group, Row } from './group.tsx'

const words = agentTexts.advanced
const model = ['config', 'llm'] as const

export function AdvancedSection() {
  return (
    <>
      <Group title={words.model.title} hint={words.model.hint}>
        <ModelFields path={model} />
        <h4 className="font-medium">{words.model.fallbacks}</h4>
        <ListField
          path={[...model, 'fallbacks']}
          thing={words.model.fallback}
          add={words.model.addFallback}
          hint={words.model.fallbacksHint}
          most={agentBounds.fallbacks}
          make={() => ({ provider: '', model: '' })}
          title={({ provider, model: name }) => (provider || name ? `${String(provider)}/${String(name)}` : '')}
          render={(path) => <ModelFields path={path} />}
        />
      </Group>
      <Group title={words.turns.title}>
        <Row>
          <ChoiceField
            path={['config', 'concurrency']}
            label={words.turns.concurrency}
            hint={words.turns.concurrencyHint}
            unset={words.turns.rules[agentDefaults.concurrency]}
            options={concurrencyRules
              .filter((rule) => rule !== agentDefaults.concurrency)
              .map((rule) => [rule, words.turns.rules[rule]])}
          />
          <NumberField
            path={['config', 'max_turn_seconds']}
            label={words.turns.seconds}
            placeholder={String(agentDefaults.max_turn_seconds)}
          />
          <NumberField
            path={['config', 'max_tool_steps']}
            label={words.turns.steps}
            hint={words.turns.stepsHint}
            placeholder={String(agentDefaults.max_tool_steps)}
          />
          <NumberField
            path={['config', 'context_window', 'max_items']}
            label={words.turns.items}
            placeholder={String(agentDefaults.context_window.max_items)}
          />
          <NumberField
            path={['config', 'context_window', 'max_tokens']}
            label={words.turns.tokens}
            placeholder={String(agentDefaults.context_window.max_tokens)}
          />
        </Row>
      </Group>
      <Analysis />
      <Channels />
      <InactivityRules />
      <Retention />
      <Workflows />
      <Later />
      <Group title={words.agent.title} hint={words.agent.hint}>
        <SwitchField path={['active']} label={words.agent.active} hint={words.agent.activeHint} isOnByDefault />
        <SwitchField path={['is_demo']} label={words.agent.demo} />
        <JsonField path={['metadata']} label={words.agent.metadata} hint={words.agent.metadataHint} isObjectOnly />
      </Group>
    </>
  )
}

const analysis = ['config', 'analysis'] as const

function Analysis() {
  return (
    <Group title={words.analysis.title}>
      <SwitchField path={[...analysis, 'summary', 'enabled']} label={words.analysis.summary} isOnByDefault />
      <LongTextField
        path={[...analysis, 'summary', 'instructions']}
        label={words.analysis.instructions}
        rows={2}
        maxLength={agentBounds.text}
      />
      <Row>
        <NumberField
          path={[...analysis, 'summary', 'max_words']}
          label={words.analysis.words}
          placeholder={String(agentDefaults.analysis.summary.max_words)}
        />
        <NumberField
          path={[...analysis, 'wait_ms']}
          label={words.analysis.wait}
          hint={words.analysis.waitHint}
          placeholder={String(agentDefaults.analysis.wait_ms)}
        />
      </Row>
      <LongTextField
        path={[...analysis, 'success']}
        label={words.analysis.success}
        hint={words.analysis.successHint}
        rows={1}
        maxLength={agentBounds.analysis.success}
      />
      <h4 className="font-medium">{words.analysis.outcomes}</h4>
      <ListField
        path={[...analysis, 'outcome', 'options']}
        thing={words.analysis.outcome}
        add={words.analysis.addOutcome}
        hint={words.analysis.outcomesHint}
        most={agentBounds.analysis.outcomes}
        make={() => ({ name: '' })}
        title="name"
        render={(path) => (
          <Row>
            <TextField
              path={[...path, 'name']}
              label={words.analysis.name}
              keepsEmpty
              maxLength={agentBounds.analysis.outcome.name}
            />
            <TextField
              path={[...path, 'description']}
              label={words.analysis.description}
              maxLength={agentBounds.analysis.outcome.description}
            />
          </Row>
        )}
      />
      <JsonField
        path={[...analysis, 'extract']}
        label={words.analysis.extract}
        hint={words.analysis.extractHint}
        isObjectOnly
        rows={3}
      />
      <Fold title={words.analysis.model} paths={[[...analysis, 'llm']]}>
        <p className="text-xs text-soft">{words.analysis.modelHint}</p>
        <ModelFields path={[...analysis, 'llm']} />
      </Fold>
    </Group>
  )
}

function Channels() {
  return (
    <Group title={words.channels.title} hint={words.channels.hint}>
      {channels.map((channel) => {
        const override = ['config', 'channel_overrides', channel]
        const properties = ['config', 'channel_properties', channel]
        return (
          <Fold key={channel} title={texts.channels[channel]} paths={[override, properties]}>
            <SwitchField path={[...properties, 'enabled']} label={words.channels.enabled} isOnByDefault />
            <LongTextField
              path={[...override, 'instructions']}
              label={words.channels.instructions}
              isCode
              maxLength={agentBounds.text}
            />
            <Row>
              <ChoiceField
                path={[...override, 'instructions_mode']}
                label={words.channels.mode}
                unset={words.channels.append}
                options={[['replace', words.channels.replace]]}
              />
              <NumberField path={[...override, 'max_tool_steps']} label={words.turns.steps} />
            </Row>
            <GreetingField path={[...override, 'starting_message']} none={words.channels.sameGreeting} />
            <LongTextField
              path={[...properties, 'body_template']}
              label={words.channels.body}
              hint={words.channels.bodyHint}
              placeholder={agentDefaults.channel.body_template}
              rows={2}
              isCode
              maxLength={agentBounds.text}
            />
          </Fold>
        )
      })}
    </Group>
  )
}

const inactivity = ['config', 'inactivity'] as const

function InactivityRules() {
  return (
    <Group title={words.inactivity.title} hint={words.inactivity.hint}>
      <Row>
        <NumberField path={[...inactivity, 'warn_after_seconds']} label={words.inactivity.warnAfter} />
        <TextField
          path={[...inactivity, 'warn_message']}
          label={words.inactivity.warnMessage}
          maxLength={agentBounds.message}
        />
        <NumberField
          path={[...inactivity, 'end_after_seconds']}
          label={words.inactivity.endAfter}
          placeholder={String(agentDefaults.inactivity.end_after_seconds)}
          off={words.inactivity.never}
        />
        <TextField
          path={[...inactivity, 'end_message']}
          label={words.inactivity.endMessage}
          maxLength={agentBounds.message}
        />
        <NumberField path={[...inactivity, 'max_duration_seconds']} label={words.inactivity.duration} />
        <NumberField path={[...inactivity, 'max_user_turns']} label={words.inactivity.turns} />
      </Row>
    </Group>
  )
}

function Retention() {
  return (
    <Group title={words.retention.title} hint={words.retention.hint}>
      <NumberField
        path={['config', 'retention', 'content_days']}
        label={words.retention.days}
        hint={words.retention.daysHint}
        placeholder={words.retention.forever}
      />
      <JsonField
        path={['config', 'retention', 'redact']}
        label={words.retention.redact}
        hint={words.retention.redactHint}
        rows={2}
      />
    </Group>
  )
}

function Workflows() {
  return (
    <Group title={words.workflows.title}>
      <JsonField
        path={['config', 'pre_conversation_workflow']}
        label={words.workflows.before}
        hint={words.workflows.beforeHint}
        isObjectOnly
        rows={2}
      />
      <JsonField
        path={['config', 'post_conversation_workflow']}
        label={words.workflows.after}
        hint={words.workflows.afterHint}
        isObjectOnly
        rows={2}
      />
    </Group>
  )
}

function Later() {
  return (
    <Group title={words.later.title} hint={words.later.hint}>
      <Fold title={words.later.fold} paths={laterKeys.map((name) => ['config', name])}>
        {laterKeys.map((name) => (
          <JsonField key={name} path={['config', name]} label={name} isObjectOnly rows={2} />
        ))}
      </Fold>
    </Group>
  )
}
