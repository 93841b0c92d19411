// A wait: for a time, or until a moment.
import { type WaitUnit, waitUnits, workflowDefaults } from '@parley/contract'
import { Field, Select } from '../../../ui/field.tsx'
import { stepTexts } from '../../step-texts.ts'
import { useField } from '../editor-context.ts'
import { ChoiceField, SwitchField } from '../fields/basic.tsx'
import { ExpressionField } from '../fields/expression-field.tsx'
import { formTexts } from '../form-texts.ts'

const words = formTexts.wait
const units = (Object.keys(waitUnits) as WaitUnit[]).map((unit) => [unit, stepTexts.unit(unit, 2)] as const)

export function WaitForm() {
  const { value: until, isReadOnly, write: writeUntil } = useField(['config', 'until'])
  const isUntil = typeof until === 'string'
  return (
    <>
      <Field label={words.how}>
        <Select
          value={isUntil ? 'until' : 'duration'}
          disabled={isReadOnly}
          onChange={({ target }) => writeUntil(target.value === 'until' ? '' : undefined)}
        >
          <option value="duration">{words.hows.duration}</option>
          <option value="until">{words.hows.until}</option>
        </Select>
      </Field>
      {isUntil ? (
        <ExpressionField path={['config', 'until']} label={words.until} hint={words.untilHint} read={(text) => text} />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)_8rem] items-start gap-2">
          <ExpressionField
            path={['config', 'duration']}
            label={words.duration}
            placeholder={String(workflowDefaults.wait.duration)}
            read={readDuration}
          />
          <ChoiceField
            path={['config', 'unit']}
            label={words.unit}
            options={units}
            byDefault={workflowDefaults.wait.unit}
          />
        </div>
      )}
      <SwitchField path={['config', 'resumable']} label={words.resumable} hint={words.resumableHint} />
    </>
  )
}

/** A number as such, so that it is checked as one; what is still being typed stays a text. */
function readDuration(text: string): string | number {
  return /^\d{1,9}(\.\d{1,6})?$/.test(text.trim()) ? Number(text) : text
}
