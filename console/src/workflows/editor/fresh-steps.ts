// What new steps begin with. Pure.
import type { StepType, TriggerType } from '@parley/contract'
import type { JsonObject } from '../definition/definition.ts'
import type { NewStep } from '../definition/edit.ts'
import { stepTexts } from '../step-texts.ts'
import { formTexts } from './form-texts.ts'

const configs: Record<StepType, JsonObject> = {
  trigger: { type: 'manual' },
  input: { fields: [] },
  code: { code: formTexts.code.template },
  condition: { conditions: [{ name: formTexts.condition.freshName(1), condition: '' }] },
  http: { method: 'POST', body: {} },
  app: {},
  output: { output_data: [] },
  wait: { duration: 1, unit: 'days' },
  note: { text: '' },
}

export const freshStep = (type: StepType): NewStep => ({
  type,
  name: stepTexts.freshNames[type],
  config: structuredClone(configs[type]),
})

const triggerConfigs: Partial<Record<TriggerType, JsonObject>> = {
  timer: { cron: '0 9 * * *', timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
}

export const freshTrigger = (type: TriggerType): NewStep => ({
  type: 'trigger',
  name: stepTexts.freshNames.trigger,
  config: { type, ...triggerConfigs[type] },
})
