// The parts of the details of a conversation.
import type { ReactNode } from 'react'

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-b border-line px-4 py-3.5 last:border-b-0">
      <h2 className="mb-2 text-xs font-semibold text-faint">{title}</h2>
      {children}
    </section>
  )
}
