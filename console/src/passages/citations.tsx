// What a reply cites: the numbers in its text, and below it the sources. Each opens its passage.
import type { Citation } from '@parley/contract'
import { useMemo, useState } from 'react'
import { splitCitations } from './cited-text.ts'
import { PassageDialog } from './passage-dialog.tsx'
import { passageTexts as words } from './texts.ts'

type Opened = { chunk_id: string; number: number } | null

function useOpened() {
  const [opened, setOpened] = useState<Opened>(null)
  const open = ({ chunk_id, number }: Citation) => chunk_id !== undefined && setOpened({ chunk_id, number })
  return { open, dialog: opened && <PassageDialog {...opened} onClose={() => setOpened(null)} /> }
}

interface Props {
  citations: readonly Citation[]
}

export function CitedText({ text, citations }: Props & { text: string }) {
  const { open, dialog } = useOpened()
  const byNumber = useMemo(() => new Map(citations.map((citation) => [citation.number, citation])), [citations])
  const pieces = useMemo(() => splitCitations(text, new Set(byNumber.keys())), [text, byNumber])
  return (
    <>
      {pieces.map((piece, index) => {
        const citation = piece.number === undefined ? undefined : byNumber.get(piece.number)
        if (!citation) return piece.text
        return (
          <button
            key={index}
            type="button"
            aria-label={words.readPassage(citation.number, citation.source_name)}
            title={citation.source_name}
            className="rounded text-accent-strong underline underline-offset-2"
            onClick={() => open(citation)}
          >
            {piece.text}
          </button>
        )
      })}
      {dialog}
    </>
  )
}

export function Citations({ citations }: Props) {
  const { open, dialog } = useOpened()
  if (citations.length === 0) return null
  return (
    <>
      <ul aria-label={words.citations} className="flex max-w-[min(36rem,88%)] flex-wrap justify-end gap-1">
        {citations.map((citation) => (
          <li key={citation.number} className="min-w-0">
            <button
              type="button"
              className="flex max-w-full items-baseline gap-1 rounded-md border border-line bg-surface px-1.5 py-0.5 text-xs text-soft hover:bg-hover hover:text-ink"
              onClick={() => open(citation)}
            >
              <span className="numeric">[{citation.number}]</span>
              <bdi className="min-w-0 truncate">{citation.source_name}</bdi>
              {citation.page != null && <span className="shrink-0">{words.page(citation.page)}</span>}
            </button>
          </li>
        ))}
      </ul>
      {dialog}
    </>
  )
}
