// Form fields: a label, a control, a hint and an error message.
import { Field as Base } from '@base-ui/react/field'
import type { ComponentProps, ReactNode } from 'react'
import { classes } from './classes.ts'
import { controlClasses } from './control-classes.ts'

interface FieldProps {
  label: string
  hint?: string | undefined
  error?: string | null | undefined
  children: ReactNode
}

export function Field({ label, hint, error, children }: FieldProps) {
  return (
    <Base.Root invalid={Boolean(error)} className="flex min-w-0 flex-col gap-1">
      <Base.Label className="font-medium">{label}</Base.Label>
      {children}
      {hint && !error && <Base.Description className="text-xs text-faint">{hint}</Base.Description>}
      {error && (
        <Base.Error match className="text-xs text-bad" role="alert">
          {error}
        </Base.Error>
      )}
    </Base.Root>
  )
}

export function TextInput({ className, ...rest }: ComponentProps<typeof Base.Control>) {
  return <Base.Control className={classes(controlClasses, className as string)} {...rest} />
}

export function SelectInput({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <Base.Control
      render={
        <select className={classes(controlClasses, className)} {...rest}>
          {children}
        </select>
      }
    />
  )
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <Base.Control
      render={<textarea className={classes(controlClasses, 'h-auto min-h-20 resize-y py-1.5', className)} {...rest} />}
    />
  )
}

export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <Base.Control render={<select className={classes(controlClasses, 'pr-1', className)} {...rest} />} />
}
