// How a conversation starts: with a fixed text, with a text by the model, or with nothing.
import { agentBounds } from '@parley/contract'
import { agentTexts } from '../texts.ts'
import { Field, Select, TextArea } from '../../ui/field.tsx'
import { type Path, isObject } from '../document.ts'
import { useField } from '../editor-context.ts'
import { roomFor } from './room-for.ts'

const words = agentTexts.greeting

type Kind = 'none' | 'static' | 'generated'

function kindOf(value: unknown): Kind {
  if (typeof value === 'string') return 'static'
  if (!isObject(value)) return 'none'
  return value['type'] === 'generated' ? 'generated' : 'static'
}

function textOf(value: unknown): string {
  const text = isObject(value) ? (value['text'] ?? value['instructions']) : value
  return typeof text === 'string' ? text : ''
}

/** A fixed greeting stays a text or an object, as it was. */
function withText(kind: Kind, before: unknown, text: string): unknown {
  if (kind === 'none') return undefined
  if (kind === 'generated')
    return { ...(kindOf(before) === kind ? (before as object) : {}), type: 'generated', instructions: text }
  return isObject(before) && kindOf(before) === 'static' ? { ...before, text } : text
}

export function GreetingField({ path, none }: { path: Path; none: string }) {
  const { key, value, errorWithin, isReadOnly, write } = useField(path)
  const kind = kindOf(value)
  return (
    <div data-path={key} className="flex flex-col gap-3">
      <Field label={words.label} error={kind === 'none' ? errorWithin : null}>
        <Select
          value={kind}
          disabled={isReadOnly}
          onChange={({ target }) => write(withText(target.value as Kind, value, textOf(value)))}
        >
          <option value="none">{none}</option>
          <option value="static">{words.static}</option>
          <option value="generated">{words.generated}</option>
        </Select>
      </Field>
      {kind !== 'none' && (
        <Field label={words.texts[kind]} hint={words.hints[kind]} error={errorWithin}>
          <TextArea
            value={textOf(value)}
            style={roomFor(2)}
            dir="auto"
            maxLength={agentBounds.message}
            readOnly={isReadOnly}
            className="field-sizing-content max-h-[40vh]"
            onChange={({ target }) => write(withText(kind, value, target.value))}
          />
        </Field>
      )}
    </div>
  )
}
