// A choice between views, one of which is shown.
import { classes } from '../ui/classes.ts'

interface Props<T extends string> {
  label: string
  choices: readonly (readonly [value: T, name: string])[]
  chosen: T
  onChoose: (value: T) => void
}

export function Segments<T extends string>({ label, choices, chosen, onChoose }: Props<T>) {
  return (
    <div role="group" aria-label={label} className="mx-3 my-1.5 flex gap-0.5 self-start rounded-md bg-sunken p-0.5">
      {choices.map(([value, name]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          className={classes(
            'h-7 rounded px-2.5',
            value === chosen ? 'bg-surface font-medium' : 'text-soft hover:text-ink',
          )}
          onClick={() => onChoose(value)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
