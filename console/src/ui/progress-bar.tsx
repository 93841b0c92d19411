// How far something is, as a bar. Without a value it only says that something is being done.
import { classes } from './classes.ts'

interface Props {
  label: string
  /** From 0 to 1; null if it is not known. */
  value: number | null
  className?: string
}

export function ProgressBar({ label, value, className }: Props) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { 'aria-valuenow': percent })}
      className={classes('h-1.5 w-full overflow-hidden rounded-full bg-sunken', className)}
    >
      <div
        className={classes('h-full rounded-full bg-accent', percent === null && 'w-1/3 pulses')}
        style={percent === null ? undefined : { width: `${percent}%` }}
      />
    </div>
  )
}
