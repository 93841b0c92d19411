// What was asked of knowledge bases in a turn: one line that opens to the query, the passages and their scores.
import type { Retrieval, RetrievedChunk } from '@parley/contract'
import { useState } from 'react'
import { classes } from '../ui/classes.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import { Icon } from '../ui/icons.tsx'
import { type Tone, describeRetrieval, toneOf } from './describe-retrieval.ts'
import { DegradedNotes, PassagePlace, formatScore } from './passage.tsx'
import { PassageDialog } from './passage-dialog.tsx'
import { passageTexts as words } from './texts.ts'

const tones: Record<Tone, string> = { quiet: 'text-faint', warn: 'text-warn', bad: 'text-bad' }
const frames: Record<Tone, string> = {
  quiet: 'border-line bg-canvas',
  warn: 'border-warn bg-warn-wash',
  bad: 'border-bad bg-bad-wash',
}

export function RetrievalLine({ retrieval }: { retrieval: Retrieval }) {
  const tone = toneOf(retrieval)
  return (
    <Disclosure
      className={classes(
        'group w-full max-w-[min(36rem,88%)] self-end rounded-lg border open:bg-surface',
        frames[tone],
      )}
      summary={
        <summary className="flex min-h-8 list-none items-center gap-2 rounded-lg px-2.5 hover:bg-hover">
          <Icon
            name={tone === 'quiet' ? 'knowledge' : 'warning'}
            width="14"
            height="14"
            className={classes('shrink-0', tones[tone])}
          />
          <span className="sr-only">{words.kinds[retrieval.kind]}: </span>
          <span className={classes('numeric min-w-0 text-xs', tone === 'quiet' ? 'text-soft' : tones[tone])}>
            {describeRetrieval(retrieval)}
          </span>
          <Icon
            name="right"
            width="12"
            height="12"
            className="ml-auto shrink-0 text-faint transition-transform group-open:rotate-90"
          />
        </summary>
      }
    >
      <Details retrieval={retrieval} />
    </Disclosure>
  )
}

function Details({ retrieval: { kind, query, degraded, outcome, chunks } }: { retrieval: Retrieval }) {
  const [opened, setOpened] = useState<RetrievedChunk | null>(null)
  const hint = words.outcomeHints[outcome]
  return (
    <div className="flex flex-col gap-2.5 border-t border-line p-2.5">
      <p className="text-xs text-faint">{words.kinds[kind]}</p>
      <div>
        <p className="mb-1 text-xs font-medium text-soft">{words.query}</p>
        <p dir="auto" className="rounded-md bg-sunken p-2 break-words whitespace-pre-wrap">
          {query ?? words.hiddenQuery}
        </p>
      </div>
      <DegradedNotes degraded={degraded} />
      {hint !== null && <p className="text-soft">{hint}</p>}
      {chunks.length > 0 && (
        <ol className="flex flex-col">
          {chunks.map((chunk) => (
            <li key={chunk.chunk_id} className="flex items-start gap-2 border-t border-line py-1.5 first:border-t-0">
              <div className={classes('min-w-0 flex-1', !chunk.shown && 'opacity-80')}>
                <PassagePlace {...chunk} />
                <p className="numeric text-xs text-faint">
                  {words.score} {formatScore(chunk.score)} · {chunk.shown ? words.shown : words.notShown}
                </p>
              </div>
              <button
                type="button"
                aria-label={words.readPassage(chunk.number, chunk.source_name)}
                title={words.readPassage(chunk.number, chunk.source_name)}
                className="grid size-7 shrink-0 place-items-center rounded-md text-soft hover:bg-hover hover:text-ink"
                onClick={() => setOpened(chunk)}
              >
                <Icon name="open" width="14" height="14" />
              </button>
            </li>
          ))}
        </ol>
      )}
      {opened && (
        <PassageDialog
          chunk_id={opened.chunk_id}
          number={opened.number}
          query={query ?? ''}
          onClose={() => setOpened(null)}
        />
      )}
    </div>
  )
}
