// An expression at a place of the step.
import { useField } from '../editor-context.ts'
import { Expression } from './expression.tsx'
import type { FieldProps } from './basic.tsx'

interface Props extends FieldProps {
  placeholder?: string
  maxLength?: number
  rows?: number
  isBare?: boolean
  /** What a text stands for; by default itself. */
  read?: (text: string) => unknown
}

const showAny = (value: unknown) =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)

export function ExpressionField({ path, read = (text) => text, ...rest }: Props) {
  const { key, value, error, isReadOnly, write } = useField(path)
  return (
    <div data-path={key} className="flex min-w-0">
      <Expression
        {...rest}
        error={error}
        value={showAny(value)}
        isReadOnly={isReadOnly}
        onWrite={(text) => write(text === '' ? undefined : read(text))}
      />
    </div>
  )
}
