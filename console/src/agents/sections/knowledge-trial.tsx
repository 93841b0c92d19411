// A question to try with the knowledge bases of the edited agent.
import type { Dataset } from '@parley/contract'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { DegradedNotes, Passage } from '../../passages/passage.tsx'
import { useSession } from '../../session/session-context.ts'
import { Button } from '../../ui/button.tsx'
import { describeError } from '../../ui/describe-error.ts'
import { Field, TextInput } from '../../ui/field.tsx'
import { LoadingState } from '../../ui/state.tsx'
import { useEditor } from '../editor-context.ts'
import { agentTexts } from '../texts.ts'
import { Group } from './group.tsx'
import { planTrial } from './trial-requests.ts'

const words = agentTexts.sections.trial

export function KnowledgeTrial({ datasets }: { datasets: readonly Dataset[] }) {
  const { document } = useEditor()
  const [text, setText] = useState('')
  const [query, setQuery] = useState('')
  const isEmpty = planTrial(document).length === 0
  const ask = () => setQuery(text.trim())
  return (
    <Group title={words.title} hint={words.hint}>
      {isEmpty ? (
        <p className="text-faint">{words.none}</p>
      ) : (
        <div className="flex items-end gap-2">
          <div className="min-w-0 flex-1">
            <Field label={words.query}>
              <TextInput
                value={text}
                maxLength={8000}
                autoComplete="off"
                dir="auto"
                onValueChange={setText}
                onKeyDown={(event) => event.key === 'Enter' && ask()}
              />
            </Field>
          </div>
          <Button icon="search" onClick={ask}>
            {words.ask}
          </Button>
        </div>
      )}
      {!isEmpty && query !== '' && <Results query={query} datasets={datasets} />}
    </Group>
  )
}

function Results({ query, datasets }: { query: string; datasets: readonly Dataset[] }) {
  const { client } = useSession()
  const { document } = useEditor()
  const requests = planTrial(document)
  const answers = useQueries({
    queries: requests.map(({ input }) => ({
      queryKey: ['dataset-query', input, query],
      queryFn: ({ signal }: { signal: AbortSignal }) => client.queryDataset({ ...input, query }, { signal }),
      refetchOnWindowFocus: false,
    })),
  })
  return requests.map(({ input: { dataset_id }, isFilterLeftOut }, index) => {
    const { data, error, isPending } = answers[index]!
    const name = datasets.find(({ id }) => id === dataset_id)?.name ?? dataset_id
    return (
      <section key={index} aria-label={name} className="flex min-w-0 flex-col gap-2">
        <h4 className="font-medium">
          <bdi>{name}</bdi>
        </h4>
        {isFilterLeftOut && <p className="text-xs text-warn">{words.templates}</p>}
        {isPending && <LoadingState />}
        {error && (
          <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
            {describeError(error)}
          </p>
        )}
        {data && <DegradedNotes degraded={data.degraded} />}
        {data?.chunks.length === 0 && <p className="text-faint">{words.nothing}</p>}
        {data?.chunks.map((chunk, rank) => (
          <Passage
            key={chunk.id}
            passage={chunk}
            number={rank + 1}
            query={query}
            areVectorsSearched={data.retrieval_mode !== 'full_text'}
          />
        ))}
      </section>
    )
  })
}
