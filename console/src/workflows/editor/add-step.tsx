// A new step: its kind in plain words, and the step that it comes after.
import { type StepType, type TriggerType, triggerTypes } from '@parley/contract'
import { useState } from 'react'
import { Modal } from '../../ui/dialog.tsx'
import { Field, Select } from '../../ui/field.tsx'
import { Icon, type IconName } from '../../ui/icons.tsx'
import { type Definition, isEntry, portsOf, targetOf } from '../definition/definition.ts'
import { type Behind, type NewStep, inReadingOrder } from '../definition/edit.ts'
import { stepIcons } from '../step-icons.ts'
import { stepTexts } from '../step-texts.ts'
import { useEditor } from './editor-context.ts'
import { freshStep, freshTrigger } from './fresh-steps.ts'
import { labelOfPort } from './labels.ts'
import { editorTexts as words } from './texts.ts'

interface Props {
  /** Where it is put unless another place is chosen. */
  behind: Behind | null
  onAdd: (step: NewStep, behind: Behind | null) => void
  onClose: () => void
}

const acting: readonly StepType[] = ['http', 'app', 'code']
const directing: readonly StepType[] = ['wait', 'condition', 'output', 'note']

export function AddStep({ behind, onAdd, onClose }: Props) {
  const { definition } = useEditor()
  const places = placesFor(definition)
  const [at, setAt] = useState(() => keyOf(behind ?? freePlace(definition)))
  const chosen = places.find((place) => keyOf(place) === at) ?? null
  const choose = (step: NewStep) => {
    const isFree = isEntry(step) || step.type === 'note'
    onAdd(step, isFree ? null : chosen)
    onClose()
  }
  const kind = (type: StepType) => (
    <Choice
      key={type}
      icon={stepIcons[type]}
      name={stepTexts.kinds[type]}
      hint={stepTexts.kindHints[type]}
      onChoose={() => choose(freshStep(type))}
    />
  )
  return (
    <Modal open onOpenChange={(open) => open || onClose()} title={words.addTitle}>
      {places.length > 0 && (
        <Field label={words.addBehind}>
          <Select value={at} onChange={({ target }) => setAt(target.value)}>
            {places.map((place) => (
              <option key={keyOf(place)} value={keyOf(place)}>
                {labelOfPlace(place, definition)}
              </option>
            ))}
            <option value="">{words.addBehindNone}</option>
          </Select>
        </Field>
      )}
      <Group name={words.groups.act}>{acting.map(kind)}</Group>
      <Group name={words.groups.flow}>{directing.map(kind)}</Group>
      <Group name={words.groups.start}>
        {triggerTypes.map((type: TriggerType) => (
          <Choice key={type} icon="bolt" name={stepTexts.triggers[type]} onChoose={() => choose(freshTrigger(type))} />
        ))}
        {kind('input')}
      </Group>
    </Modal>
  )
}

const keyOf = (place: Behind | null) => (place ? `${place.step_id} ${place.port}` : '')

function placesFor(definition: Definition): Behind[] {
  return inReadingOrder(definition).flatMap((step) =>
    portsOf(step).map(({ name }) => ({ step_id: step.id, port: name })),
  )
}

/** The end of the path: the last usual way out that leads nowhere. */
function freePlace(definition: Definition): Behind | null {
  const free = inReadingOrder(definition).flatMap((step) =>
    portsOf(step)
      .filter(({ kind, name }) => kind !== 'error' && targetOf(step, name) === null)
      .map(({ name }) => ({ step_id: step.id, port: name })),
  )
  return free.at(-1) ?? null
}

function labelOfPlace({ step_id, port }: Behind, definition: Definition): string {
  const step = definition.nodes.find(({ id }) => id === step_id)!
  const found = portsOf(step).find(({ name }) => name === port)!
  return labelOfPort(step, found)
}

function Group({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <section aria-label={name}>
      <h3 className="mb-1 text-xs font-semibold text-faint">{name}</h3>
      <ul className="flex flex-col">{children}</ul>
    </section>
  )
}

interface ChoiceProps {
  icon: IconName
  name: string
  hint?: string
  onChoose: () => void
}

function Choice({ icon, name, hint, onChoose }: ChoiceProps) {
  return (
    <li>
      <button
        type="button"
        className="flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-hover"
        onClick={onChoose}
      >
        <Icon name={icon} className="shrink-0 text-soft" />
        <span className="min-w-0">
          <span className="block font-medium">{name}</span>
          {hint && <span className="block text-xs text-faint">{hint}</span>}
        </span>
      </button>
    </li>
  )
}
