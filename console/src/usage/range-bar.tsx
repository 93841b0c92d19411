// The controls of the page of usage: range, group and bucket. All are kept in the address.
import { usageGroups } from '@parley/contract'
import { PresetButtons } from '../charts/preset-buttons.tsx'
import { useSession } from '../session/session-context.ts'
import { controlClasses } from '../ui/control-classes.ts'
import { classes } from '../ui/classes.ts'
import { useNow } from '../ui/use-now.ts'
import { usageTexts as words } from './texts.ts'
import { type Bucket, type View, bucketOf, bucketsFor, most_days, presetOf, presets, timesOf } from './view.ts'

interface Props {
  view: View
  onChange: (view: View) => void
}

export function RangeBar({ view, onChange }: Props) {
  const { scopes } = useSession()
  const { range: _range, from: _from, to: _to, ...rest } = view
  const times = timesOf(view, useNow().getTime())
  const groups = usageGroups.filter((group) => group !== 'organization' || scopes.has('child_organizations:manage'))
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <PresetButtons
        names={words.presets}
        presets={presets}
        chosen={presetOf(view)}
        times={view}
        mostDays={most_days}
        onPreset={(range) => onChange(range === 'month' ? rest : { range, ...rest })}
        onOwn={(own) => onChange({ ...own, ...rest })}
      />
      <Choice
        label={words.group}
        value={view.group ?? ''}
        choices={[['', words.noGroup], ...groups.map((group) => [group, words.groups[group]] as const)]}
        onChoose={(group) => {
          const { group: _before, ...others } = view
          onChange(group === '' ? others : { ...others, group })
        }}
      />
      <Choice
        label={words.bucket}
        value={bucketOf(view, times)}
        choices={bucketsFor(times).map((bucket): [Bucket, string] => [bucket, words.buckets[bucket]])}
        onChoose={(bucket) => onChange({ ...view, bucket })}
      />
    </div>
  )
}

interface ChoiceProps<T extends string> {
  label: string
  value: T
  choices: readonly (readonly [value: T, name: string])[]
  onChoose: (value: T) => void
}

function Choice<T extends string>({ label, value, choices, onChoose }: ChoiceProps<T>) {
  return (
    <label className="flex items-center gap-2 whitespace-nowrap text-soft">
      {label}
      <select
        className={classes(controlClasses, 'w-auto pr-1')}
        value={value}
        onChange={(event) => onChoose(event.target.value as T)}
      >
        {choices.map(([choice, name]) => (
          <option key={choice} value={choice}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
