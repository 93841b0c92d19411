// The open hours of a team: the hours of each weekday, and the holidays that replace them.
import { type Weekday, handOffBounds, weekdays } from '@parley/contract'
import { Check } from '../settings/parts.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { controlClasses } from '../ui/control-classes.ts'
import { TimeZoneField } from '../ui/time-zone-field.tsx'
import type { DraftField, HolidayDraft, TeamDraft } from './team-draft.ts'
import { teamTexts as words } from './texts.ts'

interface Props {
  draft: TeamDraft
  faults: ReadonlySet<DraftField>
  onChange: (change: Partial<TeamDraft>) => void
}

export function HoursFields({ draft, faults, onChange }: Props) {
  return (
    <>
      <Check label={words.hasHours} isChecked={draft.has_hours} onChange={(has_hours) => onChange({ has_hours })} />
      {draft.has_hours && (
        <>
          <TimeZoneField
            label={words.timeZone}
            hint={words.timeZoneHint}
            error={faults.has('time_zone') ? words.fault.timeZone : null}
            value={draft.time_zone}
            onChange={(time_zone) => onChange({ time_zone })}
          />
          <Week draft={draft} faults={faults} onChange={onChange} />
          <Holidays draft={draft} faults={faults} onChange={onChange} />
        </>
      )}
    </>
  )
}

const line = 'flex flex-wrap items-center gap-1.5'

function Week({ draft: { weekly }, faults, onChange }: Props) {
  const put = (index: number, change: Partial<TeamDraft['weekly'][number]>) =>
    onChange({ weekly: weekly.map((one, place) => (place === index ? { ...one, ...change } : one)) })
  const next = weekdays.find((day) => !weekly.some((one) => one.day === day)) ?? 'monday'
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium">{words.week}</legend>
      {weekly.map((window, index) => (
        // Windows have no names of their own; their place is what tells them apart.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={line}>
          <select
            aria-label={words.day}
            className={`${controlClasses} w-32!`}
            value={window.day}
            onChange={(event) => put(index, { day: event.target.value as Weekday })}
          >
            {weekdays.map((day) => (
              <option key={day} value={day}>
                {words.weekdays[day]}
              </option>
            ))}
          </select>
          <Clock label={words.from} value={window.from} onChange={(from) => put(index, { from })} />
          <Clock label={words.to} value={window.to} onChange={(to) => put(index, { to })} />
          <IconButton
            icon="trash"
            label={words.removeWindow(words.weekdays[window.day])}
            onClick={() => onChange({ weekly: weekly.filter((_one, place) => place !== index) })}
          />
        </div>
      ))}
      <Fault text={faults.has('weekly') ? words.fault.hours : null} hint={words.overnight} />
      {weekly.length < handOffBounds.windows && (
        <Button
          icon="plus"
          className="self-start"
          onClick={() => onChange({ weekly: [...weekly, { day: next, from: '09:00', to: '17:00' }] })}
        >
          {words.addWindow}
        </Button>
      )}
    </fieldset>
  )
}

function Holidays({ draft: { holidays }, faults, onChange }: Props) {
  const put = (index: number, change: Partial<HolidayDraft>) =>
    onChange({ holidays: holidays.map((one, place) => (place === index ? { ...one, ...change } : one)) })
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium">{words.holidays}</legend>
      {holidays.map((holiday, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={line}>
          <input
            type="date"
            aria-label={words.date}
            className={`${controlClasses} w-36!`}
            value={holiday.date}
            onChange={(event) => put(index, { date: event.target.value })}
          />
          <input
            aria-label={words.holidayName}
            placeholder={words.holidayName}
            className={`${controlClasses} w-40!`}
            maxLength={200}
            value={holiday.name}
            onChange={(event) => put(index, { name: event.target.value })}
          />
          <Clock label={words.from} value={holiday.from} onChange={(from) => put(index, { from })} />
          <Clock label={words.to} value={holiday.to} onChange={(to) => put(index, { to })} />
          <IconButton
            icon="trash"
            label={words.removeHoliday(holiday.name)}
            onClick={() => onChange({ holidays: holidays.filter((_one, place) => place !== index) })}
          />
        </div>
      ))}
      <Fault text={faults.has('holidays') ? words.fault.holidays : null} hint={words.holidaysHint} />
      {holidays.length < handOffBounds.holidays && (
        <Button
          icon="plus"
          className="self-start"
          onClick={() => onChange({ holidays: [...holidays, { date: '', name: '', from: '', to: '' }] })}
        >
          {words.addHoliday}
        </Button>
      )}
    </fieldset>
  )
}

function Clock({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <input
      type="time"
      aria-label={label}
      className={`${controlClasses} w-32!`}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

function Fault({ text, hint }: { text: string | null; hint: string }) {
  return text === null ? (
    <p className="text-xs text-faint">{hint}</p>
  ) : (
    <p role="alert" className="text-xs text-bad">
      {text}
    </p>
  )
}
