// A schedule as a person says it, its zone, and when it comes due.
import { missedRules, overlapRules, workflowDefaults } from '@parley/contract'
import { type ReactNode, useId, useState } from 'react'
import { Check } from '../../../settings/parts.tsx'
import { Field, Select, TextInput } from '../../../ui/field.tsx'
import { useNow } from '../../../ui/use-now.ts'
import { formatLocal, nextLocalTimes } from '../../definition/next-times.ts'
import { type Pace, type Said, cronOf, paces, sayCron } from '../../definition/schedule.ts'
import { useField } from '../editor-context.ts'
import { ChoiceField, TextField } from '../fields/basic.tsx'
import { formTexts } from '../form-texts.ts'

const words = formTexts.trigger
const at = (field: string) => ['config', field]
const { timer: defaults } = workflowDefaults
const zones = Intl.supportedValuesOf('timeZone')

export function TimerForm() {
  const list = useId()
  return (
    <>
      <Schedule />
      <datalist id={list}>
        {zones.map((zone) => (
          <option key={zone} value={zone} label={zone} aria-label={zone} />
        ))}
      </datalist>
      <TextField path={at('timezone')} label={words.timezone} placeholder={defaults.timezone} list={list} />
      <NextTimes />
      <ChoiceField
        path={at('missed')}
        label={words.missed}
        options={missedRules.map((rule) => [rule, words.misses[rule]])}
        byDefault={defaults.missed}
      />
      <ChoiceField
        path={at('overlap')}
        label={words.overlap}
        options={overlapRules.map((rule) => [rule, words.overlaps[rule]])}
        byDefault={defaults.overlap}
      />
    </>
  )
}

function Schedule() {
  const { key, value, error, isReadOnly, write } = useField(at('cron'))
  const cron = typeof value === 'string' ? value : ''
  const read = sayCron(cron)
  const [isByFields, setByFields] = useState(read.pace === 'other' && cron !== '')
  const said: Said = isByFields ? { ...read, pace: 'other' } : read
  const change = (more: Partial<Said>) => write(cronOf({ ...said, ...more }))
  return (
    <div data-path={key} className="flex flex-col gap-3">
      <Field label={words.pace} error={said.pace === 'other' ? null : error}>
        <Select
          value={said.pace}
          disabled={isReadOnly}
          onChange={({ target }) => {
            const pace = target.value as Pace
            setByFields(pace === 'other')
            // The fields begin with what was chosen.
            write(pace === 'other' && cron !== '' ? cron : cronOf({ ...said, pace }))
          }}
        >
          {paces.map((pace) => (
            <option key={pace} value={pace}>
              {words.paces[pace]}
            </option>
          ))}
        </Select>
      </Field>
      {said.pace === 'other' ? (
        <TextField path={at('cron')} label={words.cron} hint={words.cronHint} isCode />
      ) : (
        <PaceFields said={said} isReadOnly={isReadOnly} onChange={change} />
      )}
    </div>
  )
}

interface PaceProps {
  said: Said
  isReadOnly: boolean
  onChange: (more: Partial<Said>) => void
}

const two = (number: number) => String(number).padStart(2, '0')

function PaceFields({ said, isReadOnly, onChange }: PaceProps) {
  const { pace, every, minute, hour, weekdays, day } = said
  const whole = (label: string, value: number, least: number, most: number, name: keyof Said): ReactNode => (
    <Field label={label}>
      <Select value={value} disabled={isReadOnly} onChange={({ target }) => onChange({ [name]: Number(target.value) })}>
        {Array.from({ length: most - least + 1 }, (_none, index) => least + index).map((number) => (
          <option key={number} value={number}>
            {number}
          </option>
        ))}
      </Select>
    </Field>
  )
  if (pace === 'minutes') return whole(words.every, every, 1, 59, 'every')
  if (pace === 'hourly') return whole(words.minute, minute, 0, 59, 'minute')
  return (
    <>
      {pace === 'weekly' && (
        <fieldset className="flex flex-wrap gap-x-4 gap-y-1.5">
          <legend className="mb-1 font-medium">{words.days}</legend>
          {words.weekdays.map((name, index) => (
            <Check
              key={name}
              label={name}
              isChecked={weekdays.includes(index)}
              // Without a day it would be every day.
              isDisabled={isReadOnly || (weekdays.length === 1 && weekdays[0] === index)}
              onChange={(isChecked) =>
                onChange({
                  weekdays: weekdays
                    .filter((one) => one !== index)
                    .concat(isChecked ? [index] : [])
                    .toSorted(),
                })
              }
            />
          ))}
        </fieldset>
      )}
      {pace === 'monthly' && whole(words.day, day, 1, 31, 'day')}
      <Field label={words.at}>
        <TextInput
          type="time"
          value={`${two(hour)}:${two(minute)}`}
          readOnly={isReadOnly}
          onValueChange={(text) => {
            const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(text) ?? []
            if (hours !== undefined) onChange({ hour: Number(hours), minute: Number(minutes) })
          }}
        />
      </Field>
    </>
  )
}

const shown_times = 5

function NextTimes() {
  const now = useNow()
  const { value: cron } = useField(at('cron'))
  const { value: zone } = useField(at('timezone'))
  if (typeof cron !== 'string') return null
  const timezone = typeof zone === 'string' && zone !== '' ? zone : defaults.timezone
  const times = nextLocalTimes(cron, timezone, now, shown_times)
  if (times.length === 0) return null
  return (
    <section aria-label={words.next} className="rounded-md bg-sunken px-3 py-2">
      <p className="text-xs text-faint">{`${words.next} (${timezone})`}</p>
      <ol className="numeric">
        {times.map((time) => (
          <li key={time.getTime()}>{formatLocal(time)}</li>
        ))}
      </ol>
    </section>
  )
}
