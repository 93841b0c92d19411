// A search for tools in plain words, to see what a client would find. The MCP server takes no session, so the API searches by the same rules.
import type { Scope } from '@parley/contract'
import { useState } from 'react'
import { mcpToolTexts } from '../mcp-tools/texts.ts'
import { type Tool, useTools } from '../mcp-tools/use-tools.ts'
import { holdsAny } from '../session/rights.ts'
import { useSession } from '../session/session-context.ts'
import { Section } from '../settings/settings-page.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { type Settings, isOffered } from './settings.ts'
import { mcpTexts as words } from './texts.ts'

/** As many as a client gets that does not say how many it wants. */
const most_hits = 10

export function TrySection({ settings }: { settings: Settings }) {
  const [query, setQuery] = useState('')
  return (
    <Section title={words.test} intro={words.testIntro}>
      <div className="flex flex-col gap-3 p-4">
        <div className="flex flex-wrap items-center gap-1.5">
          <SearchField label={words.testLabel} value={query} onChange={(text) => setQuery(text ?? '')} />
          {words.examples.map((example) => (
            <button
              key={example}
              type="button"
              className="min-h-7 rounded-md bg-sunken px-2 text-left text-soft hover:bg-hover hover:text-ink"
              onClick={() => setQuery(example)}
            >
              {example}
            </button>
          ))}
        </div>
        {query !== '' && <Found query={query} settings={settings} />}
      </div>
    </Section>
  )
}

function Found({ query, settings }: { query: string; settings: Settings }) {
  const { data, error, isPending, isPlaceholderData, refetch } = useTools(query)
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  const offered = data.filter((tool) => isOffered(settings, tool)).slice(0, most_hits)
  const others = data.slice(0, most_hits).filter((tool) => !isOffered(settings, tool))
  if (data.length === 0) return <p className="text-soft">{mcpToolTexts.nothing}</p>
  return (
    <ol aria-label={words.results} aria-busy={isPlaceholderData} className="flex flex-col gap-1.5">
      {[...offered, ...others].map((tool) => (
        <li key={tool.name} className="rounded-md bg-sunken px-3 py-2">
          <Hit tool={tool} isOffered={isOffered(settings, tool)} />
        </li>
      ))}
    </ol>
  )
}

function Hit({ tool: { name, description, service, reads, scopes }, isOffered }: { tool: Tool; isOffered: boolean }) {
  const session = useSession()
  const isHeld = scopes.length === 0 || holdsAny(session, scopes as Scope[])
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
        <code className="font-mono text-xs font-medium break-all">{name}</code>
        {!isOffered && <span className="rounded bg-warn-wash px-1.5 text-xs text-warn">{words.notOffered}</span>}
        {!isHeld && <span className="text-xs text-warn">{words.needs(scopes)}</span>}
        <span className="text-xs text-faint">
          {mcpToolTexts.services[service]} · {reads ? mcpToolTexts.reads : mcpToolTexts.changes}
        </span>
      </p>
      <p className="text-soft">{description}</p>
    </>
  )
}
