// Some of a list of choices, or all.
import { Check } from '../../../settings/parts.tsx'
import type { Path } from '../../definition/definition.ts'
import { useField } from '../editor-context.ts'

interface SetProps {
  path: Path
  legend: string
  options: readonly (readonly [value: string, name: string])[]
}

/** None chosen means all. */
export function SetField({ path, legend, options }: SetProps) {
  const { key, value, error, isReadOnly, write } = useField(path)
  const chosen = Array.isArray(value) ? value.map(String) : []
  const known = new Set(options.map(([option]) => option))
  const all = [...options, ...chosen.filter((one) => !known.has(one)).map((one) => [one, one] as const)]
  return (
    <fieldset data-path={key} className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 font-medium">{legend}</legend>
      <div className="flex max-h-40 flex-wrap gap-x-4 gap-y-1.5 overflow-y-auto">
        {all.map(([option, name]) => (
          <Check
            key={option}
            label={name}
            isChecked={chosen.includes(option)}
            isDisabled={isReadOnly}
            onChange={(isChecked) => {
              const next = isChecked ? [...chosen, option] : chosen.filter((one) => one !== option)
              write(next.length === 0 ? undefined : next)
            }}
          />
        ))}
      </div>
      {error && <p className="text-xs text-bad">{error}</p>}
    </fieldset>
  )
}
