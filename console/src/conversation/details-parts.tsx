// The parts of the details of a conversation.
import type { ReactNode } from 'react'
import { formatJson } from '../base/format.ts'
import { Facts } from '../ui/facts.tsx'
import { conversationTexts } from './texts.ts'

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-b border-line px-4 py-3.5 last:border-b-0">
      <h2 className="mb-2 text-xs font-semibold text-faint">{title}</h2>
      {children}
    </section>
  )
}

/** The fields of a JSON object, with their values. */
export function JsonFacts({ value }: { value: Record<string, unknown> }) {
  const entries = Object.entries(value)
  if (entries.length === 0) return <p className="text-faint">{conversationTexts.noMetadata}</p>
  return (
    <Facts
      rows={entries.map(([name, entry]) => [
        name,
        typeof entry === 'object' && entry !== null ? (
          <pre className="font-mono text-xs break-words whitespace-pre-wrap">{formatJson(entry)}</pre>
        ) : (
          String(entry)
        ),
      ])}
    />
  )
}
