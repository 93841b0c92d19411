// Widgets that ask the end user for input. The answer is sent as a message, as a person would write it.
import type { FormDefinition, Widget } from '@parley/contract'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { controlClasses } from '../ui/control-classes.ts'
import { Heading, cardClasses } from './widget-parts.tsx'
import { type FormField, describeAnswers, firstMissing, starsOf } from './widget-answers.ts'
import { transcriptTexts } from './texts.ts'

const words = transcriptTexts.widgets
const more = transcriptTexts.answers

interface FrameProps {
  title: string
  text: string | null | undefined
  submit: string | null | undefined
  /** Null while the form is incomplete. */
  read: (data: FormData) => string | null
  onAnswer: (text: string) => void
  children: ReactNode
}

function AnswerFrame({ title, text, submit, read, onAnswer, children }: FrameProps) {
  const [isSent, setSent] = useState(false)
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const answer = read(new FormData(event.currentTarget))
    if (answer === null) return
    setSent(true)
    onAnswer(answer)
  }
  return (
    <form onSubmit={send} className={cardClasses}>
      <Heading>{title}</Heading>
      {text && <p className="text-soft">{text}</p>}
      <fieldset disabled={isSent} className="flex flex-col gap-2.5">
        {children}
        <Button type="submit" kind="primary" disabled={isSent} className="self-start">
          {isSent ? more.sent : (submit ?? words.submit)}
        </Button>
      </fieldset>
    </form>
  )
}

type OneFieldProps = Extract<Widget, { type: 'collect_otp' | 'collect_phone_number' }> & {
  onAnswer: (text: string) => void
}

export function OneFieldAnswer({ type, data, onAnswer }: OneFieldProps) {
  const isCode = type === 'collect_otp'
  const label = isCode ? words.otp : words.phone
  const length = isCode ? (data.length ?? 6) : undefined
  const kind = isCode
    ? { inputMode: 'numeric' as const, autoComplete: 'one-time-code', pattern: `[0-9]{${length}}`, maxLength: length }
    : { type: 'tel', autoComplete: 'tel', maxLength: 40 }
  return (
    <AnswerFrame
      title={data.title ?? label}
      text={data.prompt}
      submit={data.submit_label}
      read={(values) => String(values.get('value')).trim() || null}
      onAnswer={onAnswer}
    >
      <input name="value" aria-label={label} required className={controlClasses} {...kind} />
    </AnswerFrame>
  )
}

export function FormAnswer(form: FormDefinition & { onAnswer: (text: string) => void }) {
  const { title, name, description, submit_label, fields, onAnswer } = form
  const [missing, setMissing] = useState<string | null>(null)
  const read = (data: FormData) => {
    const values = new Map(fields.map(({ id }) => [id, data.getAll(id).map(String)]))
    const first = firstMissing(fields, values)
    setMissing(first)
    return first === null ? describeAnswers(fields, values, more) : null
  }
  return (
    <AnswerFrame
      title={title ?? name ?? words.form}
      text={description}
      submit={submit_label}
      read={read}
      onAnswer={onAnswer}
    >
      {fields.map((field) => (
        <OneOfForm key={field.id} field={field} />
      ))}
      {missing !== null && (
        <p role="alert" className="text-bad">
          {more.missing(missing)}
        </p>
      )}
    </AnswerFrame>
  )
}

function OneOfForm({ field }: { field: FormField }) {
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

function Stars({ field: { id, max }, name }: { field: FormField; name: ReactNode }) {
  const most = starsOf(max)
  return (
    <fieldset className="flex flex-wrap gap-x-3 gap-y-1">
      <legend className="mb-1">{name}</legend>
      {Array.from({ length: most }, (_none, index) => (
        <label key={index} className="numeric flex items-center gap-1">
          <input
            type="radio"
            name={id}
            value={more.stars(index + 1, most)}
            aria-label={more.stars(index + 1, most)}
            className="accent-accent"
          />
          {index + 1}
        </label>
      ))}
    </fieldset>
  )
}

const inputTypes: Partial<Record<FormField['type'], string>> = {
  email: 'email',
  phone: 'tel',
  number: 'number',
  date: 'date',
  time: 'time',
}

function Control({ field, isRequired }: { field: FormField; isRequired: boolean }) {
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
