// The arguments of a tool: one row for each, and a JSON Schema for what rows cannot express.
import { agentTexts } from '../texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { controlClasses } from '../../ui/control-classes.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { type JsonObject, type Path, isObject, readAt } from '../document.ts'
import { useEditor, useField } from '../editor-context.ts'
import { useShown } from './use-shown.ts'
import { JsonField, LinesField } from './written-fields.tsx'

const words = agentTexts.arguments

const types = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const

interface Row {
  name: string
  schema: JsonObject
}

const show = (value: unknown): Row[] =>
  isObject(value)
    ? Object.entries(value).map(([name, schema]) => ({ name, schema: isObject(schema) ? schema : {} }))
    : []

export function ArgumentsField({ path }: { path: Path }) {
  const place = [...path, 'properties']
  const { key, value, errorWithin, isReadOnly, write } = useField(place)
  const { document, write: writeAt } = useEditor()
  const [rows, setShown] = useShown(value, show)
  const listed = readAt(document, [...path, 'required'])
  const required = Array.isArray(listed) ? (listed as unknown[]).map(String) : []
  const setRequired = (names: string[]) => writeAt([...path, 'required'], names.length === 0 ? undefined : names)
  const change = (next: Row[]) => {
    // Two rows with the same name are one argument: the later one.
    const entries = next.filter(({ name }) => name !== '').map(({ name, schema }) => [name, schema])
    const written = entries.length === 0 ? undefined : Object.fromEntries(entries)
    setShown(next, written)
    write(written)
  }
  const put = (index: number, row: Row) => {
    const before = rows[index]!.name
    change(rows.map((other, at) => (at === index ? row : other)))
    if (row.name !== before && required.includes(before)) {
      setRequired(required.map((name) => (name === before ? row.name : name)).filter((name) => name !== ''))
    }
  }
  const remove = (index: number) => {
    setRequired(required.filter((name) => name !== rows[index]!.name))
    change(rows.filter((_row, at) => at !== index))
  }
  const require = (name: string, isRequired: boolean) =>
    setRequired([...required.filter((other) => other !== name), ...(isRequired ? [name] : [])])
  return (
    <fieldset data-path={key} className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 font-medium">{words.label}</legend>
      {rows.map((row, index) => (
        <ArgumentRow
          key={index}
          row={row}
          isRequired={required.includes(row.name)}
          isReadOnly={isReadOnly}
          onChange={(next) => put(index, next)}
          onRequire={(isRequired) => require(row.name, isRequired)}
          onRemove={() => remove(index)}
        />
      ))}
      {errorWithin && (
        <p role="alert" className="text-xs text-bad">
          {errorWithin}
        </p>
      )}
      {!isReadOnly && (
        <Button
          kind="quiet"
          className="self-start"
          onClick={() => change([...rows, { name: '', schema: { type: 'string' } }])}
        >
          {words.add}
        </Button>
      )}
      <Disclosure
        summary={
          <summary className="self-start rounded px-1 text-xs text-soft hover:bg-hover">{words.asSchema}</summary>
        }
      >
        <div className="mt-2 flex flex-col gap-3">
          <JsonField path={place} label={words.schema} hint={words.schemaHint} isObjectOnly />
          <LinesField path={[...path, 'required']} label={words.required} hint={words.onePerLine} />
        </div>
      </Disclosure>
    </fieldset>
  )
}

interface RowProps {
  row: Row
  isRequired: boolean
  isReadOnly: boolean
  onChange: (row: Row) => void
  onRequire: (isRequired: boolean) => void
  onRemove: () => void
}

function ArgumentRow({ row: { name, schema }, isRequired, isReadOnly, onChange, onRequire, onRemove }: RowProps) {
  const { type, description } = schema
  const isUsual = types.some((usual) => usual === type)
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <input
        aria-label={words.name}
        className={`${controlClasses} min-w-28 flex-1 font-mono text-xs`}
        value={name}
        readOnly={isReadOnly}
        onChange={({ target }) => onChange({ name: target.value, schema })}
      />
      <select
        aria-label={words.typeOf(name)}
        className={`${controlClasses} max-w-36 pr-1`}
        value={isUsual ? String(type) : ''}
        disabled={isReadOnly}
        onChange={({ target }) => onChange({ name, schema: { ...schema, type: target.value } })}
      >
        {!isUsual && <option value="">{words.otherType}</option>}
        {types.map((usual) => (
          <option key={usual} value={usual}>
            {words.types[usual]}
          </option>
        ))}
      </select>
      <input
        aria-label={words.descriptionOf(name)}
        className={`${controlClasses} min-w-40 flex-2`}
        placeholder={words.description}
        value={typeof description === 'string' ? description : ''}
        readOnly={isReadOnly}
        onChange={({ target }) => onChange({ name, schema: { ...schema, description: target.value } })}
      />
      <label className="flex items-center gap-1.5 whitespace-nowrap">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={isRequired}
          disabled={isReadOnly || name === ''}
          onChange={({ target }) => onRequire(target.checked)}
        />
        {words.isRequired}
      </label>
      {!isReadOnly && <IconButton icon="trash" label={words.remove(name)} onClick={onRemove} />}
    </div>
  )
}
