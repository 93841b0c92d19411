// Where a step leads: for each of its ports, the step that follows.
import { Button } from '../../ui/button.tsx'
import { Field, Select } from '../../ui/field.tsx'
import { type Port, type Step, targetOf } from '../definition/definition.ts'
import { canFollow, connect, inReadingOrder } from '../definition/edit.ts'
import { faultsOfStep } from '../definition/faults.ts'
import type { Behind } from '../definition/edit.ts'
import { sentence, useEditor } from './editor-context.ts'
import { labelOfWay } from './labels.ts'
import { editorTexts } from './texts.ts'

const words = editorTexts.panel

interface Props {
  step: Step
  ports: readonly Port[]
  onAdd: (behind: Behind) => void
}

export function WaysOut({ step, ports, onAdd }: Props) {
  const { isReadOnly } = useEditor()
  if (ports.length === 0) return null
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 border-t border-line pt-3">
      <legend className="sr-only">{words.connections}</legend>
      {ports.map((port) => (
        <div key={port.name} className="flex items-end gap-1.5">
          <WayOut step={step} port={port} />
          {!isReadOnly && (
            <Button
              icon="plus"
              aria-label={`${words.newStep}: ${labelOfWay(port)}`}
              title={words.newStep}
              onClick={() => onAdd({ step_id: step.id, port: port.name })}
            />
          )}
        </div>
      ))}
    </fieldset>
  )
}

function WayOut({ step, port }: { step: Step; port: Port }) {
  const { definition, names, faults, isReadOnly, change } = useEditor()
  const key = `next.${port.name}`
  const fault = faultsOfStep(faults, step.id).find(({ path }) => path === key)
  const target = targetOf(step, port.name) ?? ''
  const nothing = { next: words.noneEnds, otherwise: words.noneEnds, branch: words.none, error: words.stops }[port.kind]
  return (
    <div data-path={key} className="min-w-0 flex-1">
      <Field label={labelOfWay(port)} error={fault ? sentence(fault.message) : null}>
        <Select
          value={target}
          disabled={isReadOnly}
          onChange={({ target: { value } }) => {
            const [from, to] = [names.get(step.id)!, names.get(value)]
            const said = to === undefined ? editorTexts.disconnected(from) : editorTexts.connected(from, to)
            change(connect(definition, step.id, port.name, value === '' ? null : value), said)
          }}
        >
          <option value="">{nothing}</option>
          {inReadingOrder(definition)
            .filter((other) => canFollow(other) || other.id === target)
            .map(({ id }) => (
              <option key={id} value={id}>
                {names.get(id)}
              </option>
            ))}
        </Select>
      </Field>
    </div>
  )
}
