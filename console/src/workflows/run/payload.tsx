// What a step was given or answered, as text or JSON; it opens to its whole length.
import { formatJson } from '../../base/format.ts'
import { classes } from '../../ui/classes.ts'

interface Props {
  label: string
  value: unknown
  isBad?: boolean
}

export function Payload({ label, value, isBad }: Props) {
  const text = typeof value === 'string' ? value : formatJson(value)
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p className="text-xs font-semibold text-faint">{label}</p>
      <pre
        role="group"
        aria-label={label}
        // It scrolls.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={classes(
          'max-h-72 overflow-auto rounded-md px-3 py-2 font-mono text-xs break-words whitespace-pre-wrap',
          isBad ? 'bg-bad-wash text-bad' : 'bg-sunken',
        )}
      >
        {text}
      </pre>
    </div>
  )
}
