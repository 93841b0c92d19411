// The operations of an HTTP API, each of which is a tool.
import { type StepMethod, connectionBounds, stepMethods } from '@parley/contract'
import { Button, IconButton } from '../ui/button.tsx'
import { Field, Select, TextArea, TextInput } from '../ui/field.tsx'
import { type OperationDraft, freshOperation, readObject } from './connection-draft.ts'
import { connectionTexts } from './texts.ts'

const words = connectionTexts.dialog

interface Props {
  operations: readonly OperationDraft[]
  isUnfit: boolean
  onChange: (operations: readonly OperationDraft[]) => void
}

export function OperationFields({ operations, onChange }: Props) {
  const put = (index: number, more: Partial<OperationDraft>) =>
    onChange(operations.map((operation, at) => (at === index ? { ...operation, ...more } : operation)))
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="mb-1 font-medium">{words.operations}</legend>
      <p className="text-xs text-faint">{words.operationsHint}</p>
      {operations.map((operation, index) => (
        <OneOperation
          key={index}
          operation={operation}
          title={operation.name || words.operation(index + 1)}
          onChange={(more) => put(index, more)}
          onRemove={() => onChange(operations.filter((_operation, at) => at !== index))}
        />
      ))}
      {operations.length < connectionBounds.operations && (
        <Button
          kind="quiet"
          icon="plus"
          className="self-start"
          onClick={() => onChange([...operations, freshOperation])}
        >
          {words.addOperation}
        </Button>
      )}
    </fieldset>
  )
}

interface OneProps {
  operation: OperationDraft
  title: string
  onChange: (more: Partial<OperationDraft>) => void
  onRemove: () => void
}

function OneOperation({ operation, title, onChange, onRemove }: OneProps) {
  const { name, method, path, description, names, schema } = operation
  return (
    <div role="group" aria-label={title} className="flex flex-col gap-3 rounded-md border border-line p-3">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Field label={words.operationName} hint={words.operationNameHint}>
            <TextInput
              value={name}
              maxLength={connectionBounds.operation.name}
              autoComplete="off"
              onValueChange={(next) => onChange({ name: next })}
            />
          </Field>
        </div>
        <IconButton icon="trash" label={words.removeOperation(title)} onClick={onRemove} />
      </div>
      <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-2">
        <Field label={words.method}>
          <Select value={method} onChange={({ target }) => onChange({ method: target.value as StepMethod })}>
            {stepMethods.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={words.path} hint={words.pathHint}>
          <TextInput
            value={path}
            maxLength={connectionBounds.operation.path}
            autoComplete="off"
            className="font-mono text-xs"
            onValueChange={(next) => onChange({ path: next })}
          />
        </Field>
      </div>
      <Field label={words.about}>
        <TextInput
          value={description}
          maxLength={connectionBounds.operation.description}
          autoComplete="off"
          onValueChange={(next) => onChange({ description: next })}
        />
      </Field>
      {names === null ? (
        <Field label={words.schema} error={readObject(schema) === null ? words.schemaWrong : null}>
          <TextArea
            rows={5}
            className="font-mono text-xs"
            spellCheck={false}
            value={schema}
            onChange={({ target }) => onChange({ schema: target.value })}
          />
        </Field>
      ) : (
        <Field label={words.arguments} hint={words.argumentsHint}>
          <TextArea
            rows={2}
            value={names}
            spellCheck={false}
            onChange={({ target }) => onChange({ names: target.value })}
          />
        </Field>
      )}
    </div>
  )
}
