// The icon of each kind of step.
import type { StepType } from '@parley/contract'
import type { IconName } from '../ui/icons.tsx'

export const stepIcons: Record<StepType, IconName> = {
  trigger: 'bolt',
  input: 'form',
  code: 'code',
  condition: 'branch',
  http: 'globe',
  app: 'plug',
  output: 'flag',
  wait: 'clock',
  note: 'note',
}
