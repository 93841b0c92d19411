// The settings that stand in the definition, so that they are versioned.
import { keepRules, workflowDefaults } from '@parley/contract'
import { PlaceContext } from './editor-context.ts'
import { ChoiceField, NumberField, TextField } from './fields/basic.tsx'
import { RetryFields } from './retry-fields.tsx'
import { PanelFrame } from './step-panel.tsx'
import { editorTexts } from './texts.ts'

const words = editorTexts.workflow
const { settings: defaults, retry } = workflowDefaults

export function SettingsPanel({ onClose }: { onClose: () => void }) {
  return (
    <PlaceContext value={null}>
      <PanelFrame title={words.title} onClose={onClose}>
        <NumberField
          path={['timeout_seconds']}
          label={words.timeout}
          hint={words.timeoutHint}
          placeholder={String(defaults.timeout_seconds)}
          inputMode="numeric"
        />
        <NumberField
          path={['max_steps']}
          label={words.maxSteps}
          placeholder={String(defaults.max_steps)}
          inputMode="numeric"
        />
        <NumberField
          path={['max_concurrent']}
          label={words.maxConcurrent}
          hint={words.maxConcurrentHint}
          placeholder={words.noLimit}
          inputMode="numeric"
        />
        <ChoiceField
          path={['keep']}
          label={words.keep}
          options={keepRules.map((rule) => [rule, words.keeps[rule]])}
          byDefault={defaults.keep}
        />
        <TextField path={['ai_model']} label={words.aiModel} hint={words.aiModelHint} placeholder={defaults.ai_model} />
        <RetryFields path={['retry']} legend={words.retry} defaults={retry} />
      </PanelFrame>
    </PlaceContext>
  )
}
