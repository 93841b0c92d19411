// Fields whose value is written as text: JSON, or a list with one entry per line.
import { agentTexts } from '../texts.ts'
import { formatJson } from '../../base/format.ts'
import { classes } from '../../ui/classes.ts'
import { Field, TextArea } from '../../ui/field.tsx'
import { type Path, isObject } from '../document.ts'
import { useField } from '../editor-context.ts'
import { roomFor } from './room-for.ts'
import { useShown } from './use-shown.ts'

interface WrittenProps {
  path: Path
  label: string
  hint?: string | undefined
  rows?: number
}

const showJson = (value: unknown) => (value === undefined ? '' : formatJson(value))

interface JsonProps extends WrittenProps {
  /** Only a JSON object is valid. */
  isObjectOnly?: boolean
  className?: string
}

export function JsonField({ path, label, hint, rows = 4, isObjectOnly, className }: JsonProps) {
  const { key, value, errorWithin, held, isReadOnly, write, hold } = useField(path)
  const [text, setShown] = useShown(value, showJson, held?.text)
  const change = (typed: string) => {
    const read = readJson(typed, isObjectOnly === true)
    if ('message' in read) {
      setShown(typed, value)
      return hold({ text: typed, message: read.message })
    }
    setShown(typed, read.value)
    write(read.value)
  }
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={held?.message ?? errorWithin}>
        <TextArea
          value={text}
          style={roomFor(rows)}
          readOnly={isReadOnly}
          spellCheck={false}
          autoCapitalize="off"
          className={classes('max-h-[70vh] font-mono text-xs field-sizing-content', className)}
          onChange={({ target }) => change(target.value)}
        />
      </Field>
    </div>
  )
}

function readJson(text: string, isObjectOnly: boolean): { value: unknown } | { message: string } {
  if (text.trim() === '') return { value: undefined }
  try {
    const value: unknown = JSON.parse(text)
    return isObjectOnly && !isObject(value) ? { message: agentTexts.faults.object } : { value }
  } catch (error) {
    return { message: agentTexts.faults.json((error as Error).message) }
  }
}

const showLines = (value: unknown) => (Array.isArray(value) ? value.map(String).join('\n') : '')

/** A list of texts. */
export function LinesField({ path, label, hint, rows = 3 }: WrittenProps) {
  const { key, value, errorWithin, isReadOnly, write } = useField(path)
  const [text, setShown] = useShown(value, showLines)
  const change = (typed: string) => {
    const lines = typed
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
    const list = lines.length === 0 ? undefined : lines
    setShown(typed, list)
    write(list)
  }
  return (
    <div data-path={key} className="min-w-0">
      <Field label={label} hint={hint} error={errorWithin}>
        <TextArea
          value={text}
          style={roomFor(rows)}
          readOnly={isReadOnly}
          spellCheck={false}
          className="field-sizing-content max-h-60"
          onChange={({ target }) => change(target.value)}
        />
      </Field>
    </div>
  )
}
