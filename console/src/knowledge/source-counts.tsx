// How many sources of a knowledge base are ready, waiting and failed.
import type { Dataset } from '@parley/contract'
import { knowledgeTexts as words } from './texts.ts'

export function SourceCounts({ counts: { sources, ready, in_progress, failed } }: Pick<Dataset, 'counts'>) {
  if (sources === 0) return <span className="text-faint">{words.noSources}</span>
  return (
    <span className="numeric inline-flex flex-wrap gap-x-2.5">
      {ready > 0 && <span className="whitespace-nowrap">{words.ready(ready)}</span>}
      {in_progress > 0 && <span className="whitespace-nowrap text-accent">{words.waiting(in_progress)}</span>}
      {failed > 0 && <span className="whitespace-nowrap text-bad">{words.failed(failed)}</span>}
    </span>
  )
}
