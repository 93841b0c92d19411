// The sections of the form of a team.
import { type Person, type Team, handOffBounds } from '@parley/contract'
import type { ReactNode } from 'react'
import { usePeopleOf } from '../handling/people.ts'
import { nameOf } from '../handling/who-handles.ts'
import { useSession } from '../session/session-context.ts'
import { Check, Choices } from '../settings/parts.tsx'
import { Section } from '../settings/settings-page.tsx'
import { Field, TextArea, TextInput } from '../ui/field.tsx'
import type { Duration } from './duration.ts'
import { DurationField } from './duration-field.tsx'
import { HoursFields } from './hours-fields.tsx'
import type { DraftField, TeamDraft } from './team-draft.ts'
import { teamTexts as words } from './texts.ts'

export interface SectionsProps {
  draft: TeamDraft
  /** Those that are told. */
  faults: ReadonlySet<DraftField>
  onChange: (change: Partial<TeamDraft>) => void
  /** Whether it is open, by what is stored. */
  preview: ReactNode
}

type DurationName = { [K in keyof TeamDraft]: TeamDraft[K] extends Duration ? K : never }[keyof TeamDraft]
type TextName = 'wait_message' | 'wait_end_message' | 'closed_message' | 'idle_message'

const body = 'flex max-w-xl flex-col gap-4 p-4'
/** A holiday is one line. */
const wide_body = 'flex max-w-2xl flex-col gap-4 p-4'

export function TeamSections(props: SectionsProps) {
  const { draft, faults, onChange, preview } = props
  return (
    <>
      <About {...props} />
      {!draft.external && (
        <Section title={words.sections.members} intro={words.sectionHints.members}>
          <Members chosen={draft.members} onChange={(members) => onChange({ members })} />
        </Section>
      )}
      {!draft.external && <Offers {...props} />}
      <Section title={words.sections.hours} intro={words.sectionHints.hours} action={preview}>
        <div className={wide_body}>
          <HoursFields draft={draft} faults={faults} onChange={onChange} />
          {draft.has_hours && <WhileClosed {...props} />}
        </div>
      </Section>
      <Waiting {...props} />
      <Section title={words.sections.sla} intro={words.sectionHints.sla}>
        <div className={body}>
          <Time {...props} name="first_response" label={words.firstResponse} />
          <Time {...props} name="next_response" label={words.nextResponse} />
          <Time {...props} name="resolution" label={words.resolution} />
          <Time {...props} name="warn_before" label={words.warnBefore} />
        </div>
      </Section>
      <Section title={words.sections.gone} intro={words.sectionHints.gone}>
        <div className={body}>
          <Time {...props} name="offline" label={words.offline} hint={words.goneHint} />
          <Time {...props} name="unanswered" label={words.unanswered} hint={words.goneHint} />
          <Time {...props} name="idle_after" label={words.idleAfter} hint={words.idleHint} />
          <Message {...props} name="idle_message" label={words.idleMessage} />
        </div>
      </Section>
    </>
  )
}

function About({ draft, faults, onChange }: SectionsProps) {
  return (
    <Section title={words.sections.about}>
      <div className={body}>
        <Field label={words.name} error={faults.has('name') ? words.fault.name : null}>
          <TextInput
            value={draft.name}
            maxLength={handOffBounds.team.name}
            onValueChange={(name) => onChange({ name })}
          />
        </Field>
        <Check
          label={words.default}
          hint={words.defaultHint}
          isChecked={draft.is_default}
          onChange={(is_default) => onChange({ is_default })}
        />
        <Check
          label={words.external}
          hint={words.externalHint}
          isChecked={draft.external}
          onChange={(external) => onChange({ external })}
        />
        <Choices<Team['shown_name']>
          legend={words.shownName}
          name="shown-name"
          choices={choicesOf(words.shownNames)}
          chosen={draft.shown_name}
          onChoose={(shown_name) => onChange({ shown_name })}
        />
      </div>
    </Section>
  )
}

const choicesOf = <T extends string>(names: Record<T, string>) => Object.entries(names) as [T, string][]

function Offers(props: SectionsProps) {
  const { draft, faults, onChange } = props
  return (
    <Section title={words.sections.offers} intro={words.sectionHints.offers}>
      <div className={body}>
        <Choices<TeamDraft['mode']>
          legend={words.mode}
          name="mode"
          choices={choicesOf(words.modes)}
          chosen={draft.mode}
          onChoose={(mode) => onChange({ mode })}
        />
        <Field
          label={words.capacity}
          hint={words.capacityHint}
          error={faults.has('capacity') ? words.fault.number : null}
        >
          <TextInput
            inputMode="numeric"
            className="max-w-28"
            maxLength={3}
            value={draft.capacity}
            onValueChange={(capacity) => onChange({ capacity })}
          />
        </Field>
        <Time {...props} name="accept" label={words.accept} />
      </div>
    </Section>
  )
}

function WhileClosed(props: SectionsProps) {
  const { draft, onChange } = props
  return (
    <>
      <Choices<TeamDraft['closed_action']>
        legend={words.closedAction}
        name="closed-action"
        choices={choicesOf(words.closedActions)}
        chosen={draft.closed_action}
        onChoose={(closed_action) => onChange({ closed_action })}
      />
      <Message {...props} name="closed_message" label={words.closedMessage} hint={words.templateHint} />
      <Time {...props} name="closed_max_wait" label={words.closedMaxWait} />
    </>
  )
}

function Waiting(props: SectionsProps) {
  const { draft, onChange } = props
  return (
    <Section title={words.sections.waiting} intro={words.sectionHints.waiting}>
      <div className={body}>
        <Message {...props} name="wait_message" label={words.waitMessage} hint={words.templateHint} />
        <Time {...props} name="wait_max" label={words.waitMax} />
        <Choices<TeamDraft['fallback']>
          legend={words.fallback}
          name="fallback"
          choices={choicesOf(words.fallbacks)}
          chosen={draft.fallback}
          onChoose={(fallback) => onChange({ fallback })}
        />
        {draft.fallback === 'end' && (
          <Message {...props} name="wait_end_message" label={words.waitEndMessage} hint={words.templateHint} />
        )}
      </div>
    </Section>
  )
}

type TimeProps = SectionsProps & { name: DurationName; label: string; hint?: string }

function Time({ draft, faults, onChange, name, label, hint }: TimeProps) {
  return (
    <DurationField
      label={label}
      hint={hint}
      error={faults.has(name) ? words.fault.number : null}
      value={draft[name]}
      onChange={(value) => onChange({ [name]: value })}
    />
  )
}

type MessageProps = SectionsProps & { name: TextName; label: string; hint?: string }

function Message({ draft, onChange, name, label, hint }: MessageProps) {
  return (
    <Field label={label} hint={hint}>
      <TextArea
        value={draft[name]}
        maxLength={handOffBounds.team.message}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
    </Field>
  )
}

interface MembersProps {
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
}

function Members({ chosen, onChange }: MembersProps) {
  const { data: people } = usePeopleOf(useSession())
  if (people && people.length === 0) return <p className="p-4 text-faint">{words.noPeople}</p>
  const put = ({ user_id }: Person, isIn: boolean) =>
    onChange(isIn ? [...chosen, user_id] : chosen.filter((id) => id !== user_id))
  const ordered = (people ?? []).toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
  return (
    <fieldset className="grid gap-1.5 p-4 wide:grid-cols-2">
      <legend className="sr-only">{words.members}</legend>
      {ordered.map((person) => (
        <Check
          key={person.user_id}
          label={nameOf(person)}
          isChecked={chosen.includes(person.user_id)}
          onChange={(isIn) => put(person, isIn)}
        />
      ))}
    </fieldset>
  )
}
