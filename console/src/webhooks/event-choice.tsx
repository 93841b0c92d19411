// The choice of events: everything, families, or single types.
import { Disclosure } from '../ui/disclosure.tsx'
import { Check } from '../settings/parts.tsx'
import { type Family, covers, families, toggled } from './patterns.ts'
import { webhookTexts as words } from './texts.ts'

interface Props {
  events: readonly string[]
  error: string | null | undefined
  onChange: (events: string[]) => void
}

export function EventChoice({ events, error, onChange }: Props) {
  const isAll = events.includes('*')
  const change = (pattern: string, isIn: boolean) => onChange(toggled(events, pattern, isIn))
  return (
    <fieldset className="flex flex-col gap-1.5" aria-describedby={error ? 'events-fault' : undefined}>
      <legend className="mb-1 font-medium">{words.events}</legend>
      <Check label={words.everything} isChecked={isAll} onChange={(isIn) => change('*', isIn)} />
      {families.map((family) => (
        <FamilyChoice key={family.pattern} family={family} events={events} isAll={isAll} onChange={change} />
      ))}
      {error && (
        <p id="events-fault" role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
    </fieldset>
  )
}

interface FamilyProps {
  family: Family
  events: readonly string[]
  isAll: boolean
  onChange: (pattern: string, isIn: boolean) => void
}

function FamilyChoice({ family: { pattern, types }, events, isAll, onChange }: FamilyProps) {
  const isWhole = isAll || events.includes(pattern)
  const chosen = types.filter((type) => events.includes(type)).length
  return (
    <div className="flex items-start gap-2">
      <div className="w-40">
        <Check
          label={<code className="font-mono text-xs">{pattern}</code>}
          isChecked={isWhole}
          isDisabled={isAll}
          onChange={(isIn) => onChange(pattern, isIn)}
        />
      </div>
      <Disclosure
        className="min-w-0 flex-1"
        summary={
          <summary className="w-fit rounded px-1 text-xs text-soft hover:bg-hover">
            {words.single(pattern, isWhole ? types.length : chosen, types.length)}
          </summary>
        }
      >
        <div className="flex flex-col gap-1 py-1.5 pl-1">
          {types.map((type) => (
            <Check
              key={type}
              label={<code className="font-mono text-xs">{type}</code>}
              isChecked={isWhole || events.includes(type)}
              isDisabled={events.some((event) => covers(event, type))}
              onChange={(isIn) => onChange(type, isIn)}
            />
          ))}
        </div>
      </Disclosure>
    </div>
  )
}
