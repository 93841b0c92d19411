// Names and values as rows: headers of a request, facts about an agent.
import { agentTexts } from '../texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { controlClasses } from '../../ui/control-classes.ts'
import { type JsonObject, type Path, isObject } from '../document.ts'
import { useField } from '../editor-context.ts'
import { useShown } from './use-shown.ts'

const words = agentTexts.record

type Row = readonly [name: string, value: unknown]

interface RecordProps {
  path: Path
  label: string
  hint?: string
  add?: string
  /** Names that have their own field. */
  without?: readonly string[]
}

export function RecordField({ path, label, hint, add = words.add, without = [] }: RecordProps) {
  const { key, value, errorWithin, held, isReadOnly, write, hold } = useField(path)
  const show = (of: unknown): Row[] =>
    isObject(of) ? Object.entries(of).filter(([name]) => !without.includes(name)) : []
  const [rows, setShown] = useShown(value, show, held && (JSON.parse(held.text) as Row[]))
  const change = (next: Row[]) => {
    const names = next.map(([name]) => name).filter((name) => name !== '')
    if (new Set([...names, ...without]).size < names.length + without.length) {
      setShown(next, value)
      return hold({ text: JSON.stringify(next), message: words.twice })
    }
    const others = isObject(value) ? Object.entries(value).filter(([name]) => without.includes(name)) : []
    const record: JsonObject = Object.fromEntries([...others, ...next.filter(([name]) => name !== '')])
    const written = Object.keys(record).length === 0 ? undefined : record
    setShown(next, written)
    write(written)
  }
  const put = (index: number, row: Row) => change(rows.map((other, place) => (place === index ? row : other)))
  const error = held?.message ?? errorWithin
  return (
    <fieldset data-path={key} className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 font-medium">{label}</legend>
      {hint && <p className="text-xs text-faint">{hint}</p>}
      {rows.map(([name, text], index) => (
        <div key={index} className="flex gap-1.5">
          <input
            aria-label={words.name}
            className={`${controlClasses} max-w-48 flex-1`}
            value={name}
            readOnly={isReadOnly}
            onChange={({ target }) => put(index, [target.value, text])}
          />
          <input
            aria-label={words.valueOf(name)}
            className={`${controlClasses} flex-2`}
            value={typeof text === 'string' ? text : JSON.stringify(text)}
            readOnly={isReadOnly || typeof text !== 'string'}
            onChange={({ target }) => put(index, [name, target.value])}
          />
          {!isReadOnly && (
            <IconButton
              icon="trash"
              label={words.remove(name)}
              onClick={() => change(rows.filter((_row, place) => place !== index))}
            />
          )}
        </div>
      ))}
      {error && (
        <p role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
      {!isReadOnly && (
        <Button kind="quiet" className="self-start" onClick={() => change([...rows, ['', '']])}>
          {add}
        </Button>
      )}
      {isReadOnly && rows.length === 0 && <p className="text-faint">{agentTexts.list.none}</p>}
    </fieldset>
  )
}
