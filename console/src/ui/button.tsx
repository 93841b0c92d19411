// Buttons: one primary action per screen, plain ones beside it, quiet ones in bars.
import type { ComponentProps } from 'react'
import { classes } from './classes.ts'
import { Icon, type IconName } from './icons.tsx'

type Kind = 'primary' | 'plain' | 'quiet' | 'danger'

const kinds: Record<Kind, string> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-strong border-transparent font-medium',
  plain: 'bg-surface text-ink border-edge/60 hover:bg-hover',
  quiet: 'border-transparent text-soft hover:bg-hover hover:text-ink data-[popup-open]:bg-hover',
  danger: 'bg-bad text-surface border-transparent hover:opacity-90 font-medium',
}

const shape =
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border whitespace-nowrap transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-50'

export function buttonClasses(kind: Kind, more?: string): string {
  return classes(shape, kinds[kind], 'h-8 px-2.5', more)
}

type Props = ComponentProps<'button'> & { kind?: Kind; icon?: IconName }

export function Button({ kind = 'plain', icon, className, children, ...rest }: Props) {
  return (
    <button type="button" className={buttonClasses(kind, className)} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}

type IconButtonProps = ComponentProps<'button'> & { icon: IconName; label: string; kind?: Kind }

export function IconButton({ icon, label, kind = 'quiet', className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={classes(shape, kinds[kind], 'size-8', className)}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  )
}
