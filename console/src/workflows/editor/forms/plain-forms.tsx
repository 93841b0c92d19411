// Code and notes.
import { workflowBounds, workflowDefaults } from '@parley/contract'
import { LongTextField, NumberField } from '../fields/basic.tsx'
import { formTexts } from '../form-texts.ts'

export function CodeForm() {
  const words = formTexts.code
  return (
    <>
      <LongTextField
        path={['config', 'code']}
        label={words.code}
        hint={words.hint}
        maxLength={workflowBounds.code_bytes}
        rows={14}
        isCode
      />
      <NumberField
        path={['config', 'timeout_ms']}
        label={words.timeout}
        placeholder={String(workflowDefaults.code.timeout_ms)}
        inputMode="numeric"
      />
    </>
  )
}

export function NoteForm() {
  return (
    <LongTextField path={['config', 'text']} label={formTexts.note.text} maxLength={workflowBounds.note} rows={6} />
  )
}
