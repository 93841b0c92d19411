// The text of a source as it was converted, shown as elements: no HTML of it, no remote pictures.
import { useQuery } from '@tanstack/react-query'
import { Suspense, useMemo, useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { lazily } from '../../ui/lazily.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorState, LoadingState } from '../../ui/state.tsx'
import type { SourceDetail } from './source-key.ts'
import { cutPieces } from './text-pieces.ts'
import { sourcePageTexts as words } from './texts.ts'

const MarkdownText = lazily(async () => (await import('../../transcript/markdown-text.tsx')).default)

/** A browser shows this many at once without a pause. */
const piece_characters = 20_000

export function TextSection({ source }: { source: SourceDetail }) {
  const { client } = useSession()
  const { id: source_id, revision, characters } = source
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['source-text', source_id, revision],
    queryFn: async ({ signal }) => (await client.getSourceMarkdown({ source_id }, { signal })).text(),
    enabled: characters !== null,
    staleTime: 60_000,
  })
  const [shown, setShown] = useState(1)
  const pieces = useMemo(() => cutPieces(data ?? '', piece_characters), [data])
  if (characters === null) return <p className="rounded-lg bg-sunken px-4 py-3 text-soft">{words.noText}</p>
  if (isPending) return <LoadingState />
  if (data === undefined) return <ErrorState error={error} onRetry={() => void refetch()} />
  const visible = pieces.slice(0, shown)
  return (
    <section
      aria-label={words.sections.text}
      className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4"
    >
      <p className="text-xs text-faint">{words.textHint}</p>
      <Suspense fallback={<LoadingState />}>
        <div dir="auto" className="flex min-w-0 flex-col gap-1.5">
          {visible.map(({ head, text }, index) => (
            <MarkdownText key={index} text={head + text} most={2 * piece_characters + 1} />
          ))}
        </div>
      </Suspense>
      {shown < pieces.length && (
        <div className="flex items-center gap-3">
          <Button onClick={() => setShown(shown + 1)}>{words.moreText}</Button>
          <span className="numeric text-xs text-faint">
            {words.textOf(
              visible.reduce((sum, { text }) => sum + text.length, 0),
              data.length,
            )}
          </span>
        </div>
      )}
    </section>
  )
}
