// Widgets that ask the end user for input. The answer is sent as a message with its values, which the server checks too.
import {
  type AskedField,
  type FormDefinition,
  type FormValues,
  type Widget,
  describeFormValues,
  fieldsOfWidget,
  starsOf,
} from '@parley/contract'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { controlClasses } from '../ui/control-classes.ts'
import { Heading, cardClasses } from './widget-parts.tsx'
import { type FieldTexts, firstFault, readValues } from './widget-answers.ts'
import { transcriptTexts } from './texts.ts'

const words = transcriptTexts.widgets
const more = transcriptTexts.answers

export interface Answering {
  isAnswered: boolean
  onAnswer: (values: FormValues, text: string) => void
}

interface FrameProps extends Answering {
  title: string
  text: string | null | undefined
  submit: string | null | undefined
  fields: readonly AskedField[]
  children: ReactNode
}

function AnswerFrame({ title, text, submit, fields, isAnswered, onAnswer, children }: FrameProps) {
  const [fault, setFault] = useState<ReturnType<typeof firstFault>>(null)
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const texts: FieldTexts = new Map(fields.map(({ id }) => [id, data.getAll(id).map(String)]))
    const values = readValues(fields, texts)
    const first = firstFault(fields, values)
    setFault(first)
    if (first === null) onAnswer(values, describeFormValues(fields, values))
  }
  return (
    <form onSubmit={send} className={cardClasses}>
      <Heading>{title}</Heading>
      {text && <p className="text-soft">{text}</p>}
      <fieldset disabled={isAnswered} className="flex flex-col gap-2.5">
        {children}
        {fault !== null && (
          <p role="alert" className="text-bad">
            {more.fault(fault.label, fault.message)}
          </p>
        )}
        <Button type="submit" kind="primary" disabled={isAnswered} className="self-start">
          {isAnswered ? more.sent : (submit ?? words.submit)}
        </Button>
      </fieldset>
    </form>
  )
}

type OneFieldProps = Extract<Widget, { type: 'collect_otp' | 'collect_phone_number' }> & Answering

export function OneFieldAnswer({ type, data, ...asked }: OneFieldProps) {
  const fields = fieldsOfWidget({ type, data })!
  const isCode = type === 'collect_otp'
  const label = isCode ? words.otp : words.phone
  const length = isCode ? (data.length ?? 6) : undefined
  const kind = isCode
    ? { inputMode: 'numeric' as const, autoComplete: 'one-time-code', pattern: `[0-9]{${length}}`, maxLength: length }
    : { type: 'tel', autoComplete: 'tel', maxLength: 40 }
  return (
    <AnswerFrame title={data.title ?? label} text={data.prompt} submit={data.submit_label} fields={fields} {...asked}>
      <input name={fields[0]!.id} aria-label={label} required className={controlClasses} {...kind} />
    </AnswerFrame>
  )
}

export function FormAnswer(form: FormDefinition & Answering) {
  const { title, name, description, submit_label, fields, isAnswered, onAnswer } = form
  return (
    <AnswerFrame
      title={title ?? name ?? words.form}
      text={description}
      submit={submit_label}
      fields={fields}
      isAnswered={isAnswered}
      onAnswer={onAnswer}
    >
      {fields.map((field) => (
        <OneOfForm key={field.id} field={field} />
      ))}
    </AnswerFrame>
  )
}

function OneOfForm({ field }: { field: AskedField }) {
  const { id, label, type, required, options } = field
  const isRequired = required === true
  const name = (
    <span className="font-medium">
      {label}
      {isRequired && <span className="font-normal text-faint"> ({words.required})</span>}
    </span>
  )
  if (type === 'hidden') return <input type="hidden" name={id} value={field.value ?? ''} />
  if (type === 'rating') return <Stars field={field} name={name} />
  if (type === 'multi_select' || type === 'multiselect' || type === 'radio') {
    return (
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1">{name}</legend>
        {(options ?? []).map((option) => (
          <label key={option} className="flex items-center gap-2">
            <input type={type === 'radio' ? 'radio' : 'checkbox'} name={id} value={option} className="accent-accent" />
            {option}
          </label>
        ))}
      </fieldset>
    )
  }
  if (type === 'checkbox') {
    return (
      <label className="flex items-center gap-2">
        <input type="checkbox" name={id} value={more.yes} required={isRequired} className="accent-accent" />
        {name}
      </label>
    )
  }
  return (
    <label className="flex flex-col gap-1">
      {name}
      <Control field={field} isRequired={isRequired} />
    </label>
  )
}

function Stars({ field: { id, max }, name }: { field: AskedField; name: ReactNode }) {
  const most = starsOf(max)
  return (
    <fieldset className="flex flex-wrap gap-x-3 gap-y-1">
      <legend className="mb-1">{name}</legend>
      {Array.from({ length: most }, (_none, index) => (
        <label key={index} className="numeric flex items-center gap-1">
          <input
            type="radio"
            name={id}
            value={index + 1}
            aria-label={more.stars(index + 1, most)}
            className="accent-accent"
          />
          {index + 1}
        </label>
      ))}
    </fieldset>
  )
}

const inputTypes: Partial<Record<AskedField['type'], string>> = {
  email: 'email',
  phone: 'tel',
  number: 'number',
  date: 'date',
  time: 'time',
}

function Control({ field, isRequired }: { field: AskedField; isRequired: boolean }) {
  const { id, type, options, min, max } = field
  const shared = { name: id, required: isRequired, className: controlClasses }
  if (type === 'textarea') return <textarea {...shared} className={`${controlClasses} h-auto min-h-16 py-1.5`} />
  if (type === 'select') {
    return (
      <select {...shared} defaultValue="">
        <option value="">{more.choose}</option>
        {(options ?? []).map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    )
  }
  const bounds = type === 'number' ? { step: 'any', min: min ?? undefined, max: max ?? undefined } : {}
  return <input {...shared} type={inputTypes[type] ?? 'text'} {...bounds} />
}
