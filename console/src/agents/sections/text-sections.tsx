// The sections that are mainly text: purpose, instructions, rules.
import { agentBounds } from '@parley/contract'
import type { ComponentProps } from 'react'
import { agentTexts } from '../texts.ts'
import { LongTextField, TextField } from '../fields/basic-fields.tsx'
import { GreetingField } from '../fields/greeting-field.tsx'
import { RecordField } from '../fields/record-field.tsx'
import { Generation } from './generation.tsx'
import { Group } from './group.tsx'

const words = agentTexts.sections

/** Keys of `instruction_builder_inputs` that have their own field. Authors can add others. */
const facts = ['purpose', 'audience', 'personality', 'language'] as const

export function PurposeSection() {
  return (
    <>
      <Group title={words.purpose.who}>
        <TextField path={['name']} label={words.purpose.name} maxLength={agentBounds.name} keepsEmpty />
        <LongTextField
          path={['description']}
          label={words.purpose.description}
          hint={words.purpose.descriptionHint}
          rows={2}
          maxLength={agentBounds.description}
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

/** One text field that fills the section. */
function Text({ texts, ...field }: { texts: { title: string; hint: string; label: string } } & TextProps) {
  return (
    <Group title={texts.title} hint={texts.hint}>
      <LongTextField label={texts.label} maxLength={agentBounds.text} {...field} />
    </Group>
  )
}

type TextProps = Pick<ComponentProps<typeof LongTextField>, 'path' | 'hint' | 'placeholder' | 'rows' | 'isCode'>

export function InstructionsSection() {
  const texts = words.instructions
  return <Text texts={texts} path={['config', 'instructions']} hint={texts.variables} rows={20} isCode />
}

export function RulesSection() {
  const texts = words.rules
  return <Text texts={texts} path={['config', 'guardrails']} hint={texts.exact} placeholder={texts.example} rows={14} />
}
