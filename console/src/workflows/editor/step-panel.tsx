// The form of a step: its name, what it does, where it leads, and what is rarely needed.
import type { StepType } from '@parley/contract'
import { workflowBounds, workflowDefaults } from '@parley/contract'
import { type ComponentType, type ReactNode, useEffect, useRef, useState } from 'react'
import { IconButton } from '../../ui/button.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { Icon } from '../../ui/icons.tsx'
import { type Step, portsOf } from '../definition/definition.ts'
import { type Behind, renameStep } from '../definition/edit.ts'
import { faultsOfStep } from '../definition/faults.ts'
import { stepIcons } from '../step-icons.ts'
import { stepTexts } from '../step-texts.ts'
import { PlaceContext, sentence, useEditor, useField } from './editor-context.ts'
import { LongTextField, NumberField, TextField } from './fields/basic.tsx'
import { AppForm } from './forms/app-form.tsx'
import { ConditionForm } from './forms/condition-form.tsx'
import { InputForm, OutputForm } from './forms/field-forms.tsx'
import { HttpForm } from './forms/http-form.tsx'
import { CodeForm, NoteForm } from './forms/plain-forms.tsx'
import { TriggerForm } from './forms/trigger-form.tsx'
import { WaitForm } from './forms/wait-form.tsx'
import { RetryFields } from './retry-fields.tsx'
import { editorTexts } from './texts.ts'
import { WaysOut } from './ways-out.tsx'

const words = editorTexts.panel

const forms: Record<StepType, ComponentType> = {
  trigger: TriggerForm,
  input: InputForm,
  code: CodeForm,
  condition: ConditionForm,
  http: HttpForm,
  app: AppForm,
  output: OutputForm,
  wait: WaitForm,
  note: NoteForm,
}

interface Props {
  step: Step
  onClose: () => void
  onCopy: () => void
  onRemove: () => void
  onAdd: (behind: Behind) => void
  onRename: (id: string) => void
  children?: ReactNode
}

export function StepPanel({ step, onClose, onCopy, onRemove, onAdd, onRename, children }: Props) {
  const { isReadOnly, names } = useEditor()
  const Form = forms[step.type]
  return (
    <PlaceContext value={step.id}>
      <PanelFrame
        title={names.get(step.id)!}
        kind={stepTexts.kinds[step.type]}
        icon={<Icon name={stepIcons[step.type]} className="shrink-0 text-soft" />}
        onClose={onClose}
        actions={
          !isReadOnly && (
            <>
              <IconButton icon="copy" label={words.copy} onClick={onCopy} />
              <IconButton icon="trash" label={words.remove} onClick={onRemove} />
            </>
          )
        }
      >
        <StepFaults step={step} />
        <TextField path={['name']} label={words.name} maxLength={workflowBounds.name} placeholder={step.id} />
        <Form />
        <WaysOut step={step} ports={portsOf(step)} onAdd={onAdd} />
        <More step={step} onRename={onRename} />
        {children}
      </PanelFrame>
    </PlaceContext>
  )
}

interface FrameProps {
  title: string
  kind?: string
  icon?: ReactNode
  actions?: ReactNode
  onClose: () => void
  children: ReactNode
}

/** It takes the focus when it opens, so that a person hears what it is of. */
export function PanelFrame({ title, kind, icon, actions, onClose, children }: FrameProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    // Esc closes it, also within its fields.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      aria-label={title}
      className="flex min-h-0 flex-1 flex-col"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        onClose()
      }}
    >
      <header className="flex items-center gap-2 border-b border-line py-1.5 pr-1.5 pl-4">
        {icon}
        <h2 ref={heading} tabIndex={-1} className="min-w-0 flex-1 truncate font-semibold outline-none">
          {title}
          {kind && <span className="ml-1.5 text-xs font-normal text-faint">{kind}</span>}
        </h2>
        {actions}
        <IconButton icon="close" label={words.close} onClick={onClose} />
      </header>
      <div
        role="group"
        aria-label={title}
        // It scrolls, and may contain nothing else that takes the focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col gap-3.5 overflow-y-auto px-4 py-3.5 outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)]"
      >
        {children}
      </div>
    </section>
  )
}

/** Those that belong to no field. */
function StepFaults({ step }: { step: Step }) {
  const { faults } = useEditor()
  const own = faultsOfStep(faults, step.id).filter(({ path }) => path === '' || path === 'id' || path === 'next')
  if (own.length === 0) return null
  return (
    <ul role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
      {own.map(({ path, message }) => (
        <li key={`${path} ${message}`}>{sentence(message)}</li>
      ))}
    </ul>
  )
}

const canFail = ({ type }: Step) => type !== 'trigger' && type !== 'input' && type !== 'note'
const hasEffects = ({ type }: Step) => type === 'http' || type === 'app'

function More({ step, onRename }: { step: Step; onRename: (id: string) => void }) {
  if (step.type === 'note') return null
  return (
    <Disclosure
      className="border-t border-line pt-3"
      summary={<summary className="self-start rounded px-1 font-medium hover:bg-hover">{words.more}</summary>}
    >
      <div className="mt-3 flex flex-col gap-3.5">
        <IdField key={step.id} step={step} onRename={onRename} />
        <LongTextField
          path={['description']}
          label={words.description}
          maxLength={workflowBounds.description}
          rows={2}
        />
        {hasEffects(step) && <RepeatField />}
        {canFail(step) && step.type !== 'wait' && step.type !== 'condition' && (
          <RetryFields path={['retry']} legend={words.retry} defaults={workflowDefaults.retry} />
        )}
        {canFail(step) && (
          <NumberField path={['max_visits']} label={words.maxVisits} hint={words.maxVisitsHint} inputMode="numeric" />
        )}
        {canFail(step) && <TextField path={['ai_model']} label={words.aiModel} hint={words.aiModelHint} />}
      </div>
    </Disclosure>
  )
}

function RepeatField() {
  const { key, value, error, isReadOnly, write } = useField(['idempotent'])
  return (
    <div data-path={key}>
      <Field label={words.idempotent} hint={words.idempotentHint} error={error}>
        <Select
          value={typeof value === 'boolean' ? String(value) : ''}
          disabled={isReadOnly}
          onChange={({ target }) => write(target.value === '' ? undefined : target.value === 'true')}
        >
          {Object.entries(words.idempotentChoices).map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  )
}

const form_of_ids = /^[A-Za-z0-9_-]{1,64}$/

/** Written when the field is left, since what leads to the step follows it. */
function IdField({ step, onRename }: { step: Step; onRename: (id: string) => void }) {
  const { definition, isReadOnly, change } = useEditor()
  const [typed, setTyped] = useState(step.id)
  const isTaken = typed !== step.id && definition.nodes.some(({ id }) => id === typed)
  const fault = isTaken ? words.idTaken : form_of_ids.test(typed) ? null : words.idWrong
  const finish = () => {
    if (fault !== null || typed === step.id) return
    change(renameStep(definition, step.id, typed))
    onRename(typed)
  }
  return (
    <Field label={words.id} hint={words.idHint} error={fault}>
      <TextInput
        value={typed}
        readOnly={isReadOnly}
        autoComplete="off"
        className="font-mono text-xs"
        onValueChange={setTyped}
        onBlur={finish}
      />
    </Field>
  )
}
