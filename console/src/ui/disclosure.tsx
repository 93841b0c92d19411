// A line that opens to more. Its content is rendered only while open, because tool results can be long.
import { type ComponentProps, type ReactNode, useState } from 'react'

type Props = Omit<ComponentProps<'details'>, 'onToggle'> & { summary: ReactNode }

export function Disclosure({ summary, children, ...rest }: Props) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details {...rest} onToggle={(event) => setOpen(event.currentTarget.open)}>
      {summary}
      {isOpen && children}
    </details>
  )
}
