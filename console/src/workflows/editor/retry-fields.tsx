// How often a step that fails is tried again, and after which pauses.
import type { Path } from '../definition/definition.ts'
import { NumberField } from './fields/basic.tsx'
import { editorTexts } from './texts.ts'

const words = editorTexts.panel

interface Props {
  path: Path
  legend: string
  defaults: { max_attempts: number; backoff_seconds: number; factor: number; max_backoff_seconds: number }
}

export function RetryFields({ path, legend, defaults }: Props) {
  const field = (name: keyof Props['defaults'], label: string) => (
    <NumberField path={[...path, name]} label={label} placeholder={String(defaults[name])} />
  )
  return (
    <fieldset className="grid min-w-0 grid-cols-2 items-end gap-2">
      <legend className="mb-1 font-medium">{legend}</legend>
      {field('max_attempts', words.attempts)}
      {field('backoff_seconds', words.backoff)}
      {field('factor', words.factor)}
      {field('max_backoff_seconds', words.mostBackoff)}
    </fieldset>
  )
}
