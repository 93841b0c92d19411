// A passage: where it is from, its scores, and its text with the words of the query marked.
import type { FoundChunk } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import { classes } from '../ui/classes.ts'
import { markWords } from './mark-words.ts'
import { passageTexts as words } from './texts.ts'

/** Longer texts are folded at first. */
const long_text = 600

interface PlaceProps {
  number?: number
  source_id: string
  source_name: string
  heading_path?: readonly string[]
  page: number | null
  url: string | null
}

/** Source, headings and page. The name leads to the source. */
export function PassagePlace({ number, source_id, source_name, heading_path = [], page, url }: PlaceProps) {
  return (
    <p className="min-w-0 text-xs break-words text-soft">
      {number !== undefined && <span className="numeric mr-1.5 font-medium text-ink">[{number}]</span>}
      <Link
        to="/knowledge/sources/$source_id"
        params={{ source_id }}
        className="font-medium text-ink underline underline-offset-2"
      >
        <bdi>{source_name}</bdi>
      </Link>
      {heading_path.map((heading, index) => (
        <span key={index}>
          {' › '}
          <bdi>{heading}</bdi>
        </span>
      ))}
      {page !== null && <span> · {words.page(page)}</span>}
      {url !== null && /^https?:/.test(url) && (
        <>
          {' · '}
          <a href={url} target="_blank" rel="noopener noreferrer" className="underline underline-offset-2">
            {words.open}
          </a>
        </>
      )}
    </p>
  )
}

export function Scores({ score, scores }: Pick<FoundChunk, 'score'> & { scores?: FoundChunk['scores'] }) {
  const parts = scores ? (['vector', 'full_text', 'rerank'] as const).filter((part) => scores[part] !== null) : []
  return (
    <p className="numeric flex flex-wrap items-center gap-x-2 text-xs text-faint">
      <span className="font-medium text-soft">
        {words.score} {formatScore(score)}
      </span>
      {parts.map((part) => (
        <span key={part}>
          {words.scores[part]} {formatScore(scores![part]!)}
        </span>
      ))}
    </p>
  )
}

export const formatScore = (score: number) => score.toFixed(2)

interface TextProps {
  text: string
  query?: string
  /** Never folded. */
  isUnfolded?: boolean
}

export function PassageText({ text, query = '', isUnfolded = false }: TextProps) {
  const isLong = text.length > long_text && !isUnfolded
  const [isWhole, setWhole] = useState(false)
  const pieces = useMemo(() => markWords(text, query), [text, query])
  return (
    <>
      <div dir="auto" className={classes('break-words whitespace-pre-wrap', isLong && !isWhole && 'line-clamp-6')}>
        {pieces.map((piece, index) =>
          piece.is_marked ? (
            <mark key={index} className="rounded-xs bg-warn-wash text-ink underline decoration-warn decoration-2">
              {piece.text}
            </mark>
          ) : (
            piece.text
          ),
        )}
      </div>
      {isLong && (
        <button
          type="button"
          className="self-start rounded text-xs text-soft underline underline-offset-2 hover:text-ink"
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? words.showLess : words.showAll}
        </button>
      )}
    </>
  )
}

interface PassageProps {
  passage: FoundChunk
  number: number
  query: string
  /** Whether vectors were searched, so that it matters if it has none. */
  areVectorsSearched?: boolean
  children?: ReactNode
}

/** One that a search has found. */
export function Passage({ passage, number, query, areVectorsSearched = true, children }: PassageProps) {
  return (
    <article className="flex min-w-0 flex-col gap-1.5 rounded-md border border-line bg-surface p-3">
      <PassagePlace {...passage} number={number} />
      <Scores {...passage} />
      {areVectorsSearched && !passage.has_vector && <p className="text-xs text-faint">{words.noVector}</p>}
      <PassageText text={passage.content} query={query} />
      {children}
    </article>
  )
}

export function DegradedNotes({ degraded }: { degraded: readonly (keyof typeof words.degradations)[] }) {
  if (degraded.length === 0) return null
  return (
    <ul className="flex flex-col gap-1 rounded-md bg-warn-wash px-3 py-2 text-warn">
      {degraded.map((part) => (
        <li key={part}>{words.degradations[part]}</li>
      ))}
    </ul>
  )
}
