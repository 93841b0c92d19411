// What an agent is for, how it talks, what it knows and what it must keep to: the sections that are written in words.
import { agentTexts } from '../../texts/agents.ts'
import { LongTextField, NumberField, TextField } from '../fields/basic-fields.tsx'
import { GreetingField } from '../fields/greeting-field.tsx'
import { ListField } from '../fields/list-field.tsx'
import { RecordField } from '../fields/record-field.tsx'
import { Generation } from './generation.tsx'
import { Group, Row } from './group.tsx'

const words = agentTexts.sections

/** Keys of `instruction_builder_inputs`, whose names are the authors' own; these have fields. */
const facts = ['purpose', 'audience', 'personality', 'language'] as const

export function PurposeSection() {
  return (
    <>
      <Group title={words.purpose.who}>
        <TextField path={['name']} label={words.purpose.name} maxLength={200} keepsEmpty />
        <LongTextField
          path={['description']}
          label={words.purpose.description}
          hint={words.purpose.descriptionHint}
          rows={2}
          maxLength={10_000}
        />
      </Group>
      <Group title={words.purpose.title} hint={words.purpose.hint}>
        {facts.map((fact) => (
          <LongTextField
            key={fact}
            path={['instruction_builder_inputs', fact]}
            label={words.purpose.facts[fact].label}
            placeholder={words.purpose.facts[fact].example}
            rows={fact === 'language' ? 1 : 2}
          />
        ))}
        <RecordField
          path={['instruction_builder_inputs']}
          label={words.purpose.more}
          add={words.purpose.addFact}
          without={facts}
        />
        <Generation />
      </Group>
      <Group title={words.purpose.greeting} hint={words.purpose.greetingHint}>
        <GreetingField path={['config', 'starting_message']} none={agentTexts.greeting.none} />
      </Group>
    </>
  )
}

export function InstructionsSection() {
  return (
    <Group title={words.instructions.title} hint={words.instructions.hint}>
      <LongTextField
        path={['config', 'instructions']}
        label={words.instructions.label}
        hint={words.instructions.variables}
        rows={20}
        maxLength={200_000}
        isCode
      />
    </Group>
  )
}

export function RulesSection() {
  return (
    <Group title={words.rules.title} hint={words.rules.hint}>
      <LongTextField
        path={['config', 'guardrails']}
        label={words.rules.label}
        hint={words.rules.exact}
        placeholder={words.rules.example}
        rows={14}
        maxLength={200_000}
      />
    </Group>
  )
}

export function KnowledgeSection() {
  return (
    <Group title={words.knowledge.title} hint={words.knowledge.hint}>
      <ListField
        path={['config', 'knowledge_bases']}
        thing={words.knowledge.thing}
        add={words.knowledge.add}
        most={50}
        make={() => ({ dataset_id: '' })}
        titleOf={({ dataset_id }) => String(dataset_id ?? '')}
        render={(path) => (
          <Row>
            <TextField path={[...path, 'dataset_id']} label={words.knowledge.dataset} keepsEmpty maxLength={200} />
            <NumberField path={[...path, 'top_n']} label={words.knowledge.topN} hint={words.knowledge.topNHint} />
          </Row>
        )}
      />
    </Group>
  )
}
