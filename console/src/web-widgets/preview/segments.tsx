// A choice between two or three, side by side.
interface Props<T extends string> {
  label: string
  choices: Record<T, string>
  chosen: T
  onChoose: (value: T) => void
}

export function Segments<T extends string>({ label, choices, chosen, onChoose }: Props<T>) {
  return (
    <div role="group" aria-label={label} className="flex rounded-md bg-sunken p-0.5">
      {(Object.entries(choices) as [T, string][]).map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          className="h-7 rounded border border-transparent px-2 text-soft hover:text-ink aria-pressed:border-line aria-pressed:bg-surface aria-pressed:font-medium aria-pressed:text-ink"
          onClick={() => onChoose(value)}
        >
          {text}
        </button>
      ))}
    </div>
  )
}
