// A search to try: passages with their scores, what words and vectors find alone, and the fence as the model gets it.
import { type Dataset, type QueryAnswer, fencePassages } from '@parley/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { formatMilliseconds } from '../../base/format.ts'
import { DegradedNotes, Passage } from '../../passages/passage.tsx'
import { passageTexts } from '../../passages/texts.ts'
import { useSession } from '../../session/session-context.ts'
import { Check } from '../../settings/parts.tsx'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { describeError } from '../../ui/describe-error.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Field, SelectInput, TextInput } from '../../ui/field.tsx'
import { LoadingState } from '../../ui/state.tsx'
import { tryTexts as words } from './texts.ts'

const modes = ['auto', 'full_text', 'vector'] as const
type Mode = (typeof modes)[number]
const counts = [3, 5, 10, 20] as const

interface Options {
  results_count: number
  min_score: number | null
}

export function TrySection({ dataset }: { dataset: Dataset }) {
  const { query = '' } = useSearch({ from: '/pages/knowledge/$dataset_id' })
  const navigate = useNavigate({ from: '/knowledge/$dataset_id' })
  const queries = useQueryClient()
  const [text, setText] = useState(query)
  const [count, setCount] = useState('5')
  const [score, setScore] = useState('')
  const [isCompared, setCompared] = useState(false)
  const min_score = score.trim() === '' ? null : Number(score)
  const isBad = min_score !== null && !(min_score >= 0 && min_score <= 1)
  const ask = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() === '' || isBad) return
    void navigate({ search: { section: 'try', query: text.trim() }, replace: true })
    // The same question again is asked again: sources may have changed.
    void queries.invalidateQueries({ queryKey: ['dataset-query', dataset.id] })
  }
  const options = { results_count: Number(count), min_score: isBad ? null : min_score }
  return (
    <>
      <form onSubmit={ask} noValidate className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4">
        <div className="flex items-end gap-2">
          <div className="min-w-0 flex-1">
            <Field label={words.query}>
              <TextInput
                value={text}
                onValueChange={setText}
                maxLength={8000}
                placeholder={words.placeholder}
                autoComplete="off"
                dir="auto"
              />
            </Field>
          </div>
          <Button type="submit" kind="primary" icon="search">
            {words.ask}
          </Button>
        </div>
        <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
          <div className="w-24">
            <Field label={words.count}>
              <SelectInput value={count} onChange={({ target }) => setCount(target.value)}>
                {counts.map((known) => (
                  <option key={known} value={known}>
                    {known}
                  </option>
                ))}
              </SelectInput>
            </Field>
          </div>
          <div className="w-40">
            <Field label={words.minScore} hint={words.minScoreHint} error={isBad ? words.badScore : null}>
              <TextInput value={score} onValueChange={setScore} inputMode="decimal" autoComplete="off" />
            </Field>
          </div>
          <div className="wide:pt-6">
            <Check label={words.compare} isChecked={isCompared} onChange={setCompared} />
          </div>
        </div>
      </form>
      {query === '' ? (
        <p className="px-4 py-8 text-center text-faint">{words.start}</p>
      ) : (
        <Results dataset={dataset} query={query} options={options} isCompared={isCompared} />
      )}
    </>
  )
}

interface ResultsProps {
  dataset: Dataset
  query: string
  options: Options
  isCompared: boolean
}

function useAnswer({ dataset, query, options }: ResultsProps, mode: Mode, isEnabled: boolean) {
  const { client } = useSession()
  const dataset_id = dataset.id
  const { results_count, min_score } = options
  return useQuery({
    queryKey: ['dataset-query', dataset_id, query, mode, results_count, min_score],
    queryFn: ({ signal }) =>
      client.queryDataset(
        { dataset_id, query, mode, results_count, ...(min_score === null ? {} : { min_score }) },
        { signal },
      ),
    enabled: isEnabled,
    // Sources change, so a search that is asked for again is made again.
    staleTime: 0,
    refetchOnWindowFocus: false,
  })
}

function Results(props: ResultsProps) {
  const { dataset, query, isCompared } = props
  const hasModel = dataset.embedding_model !== null
  const auto = useAnswer(props, 'auto', true)
  const full_text = useAnswer(props, 'full_text', isCompared)
  const vector = useAnswer(props, 'vector', isCompared && hasModel)
  const ranks = new Map(auto.data?.chunks.map(({ id }, index) => [id, index + 1]))
  return (
    <>
      {auto.data && <Fence answer={auto.data} />}
      <div className={classes('grid min-w-0 gap-4', isCompared && 'wide:grid-cols-3')}>
        <Column title={words.columns.auto} query={query} answer={auto} />
        {isCompared && <Column title={words.columns.full_text} query={query} answer={full_text} ranks={ranks} />}
        {isCompared && hasModel && <Column title={words.columns.vector} query={query} answer={vector} ranks={ranks} />}
        {isCompared && !hasModel && <NoVectors />}
      </div>
    </>
  )
}

function NoVectors() {
  return (
    <section aria-label={words.columns.vector} className="flex min-w-0 flex-col gap-2.5">
      <h3 className="font-semibold">{words.columns.vector}</h3>
      <p className="rounded-md bg-sunken px-3 py-2 text-soft">{words.noVectors}</p>
    </section>
  )
}

interface ColumnProps {
  title: string
  query: string
  answer: { data: QueryAnswer | undefined; error: unknown; isPending: boolean }
  /** Where the search of agents has each passage. */
  ranks?: ReadonlyMap<string, number>
}

function Column({ title, query, answer: { data, error, isPending }, ranks }: ColumnProps) {
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-2.5">
      <header>
        <h3 className="font-semibold">{title}</h3>
        {data && (
          <p role="status" className="numeric text-xs text-faint">
            {words.found(data.chunks.length)} · {passageTexts.modes[data.retrieval_mode]} · {tookOf(data)}
          </p>
        )}
      </header>
      {isPending && <LoadingState />}
      {error !== null && (
        <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
          {describeError(error)}
        </p>
      )}
      {data && <DegradedNotes degraded={data.degraded} />}
      {data?.chunks.length === 0 && (
        <p className="rounded-md bg-sunken px-3 py-2 text-soft">
          {words.nothing} {words.nothingHint}
        </p>
      )}
      {data && data.chunks.length > 0 && (
        <ol className="flex flex-col gap-2.5">
          {data.chunks.map((chunk, index) => (
            <li key={chunk.id} className="min-w-0">
              <Passage
                passage={chunk}
                number={index + 1}
                query={query}
                areVectorsSearched={data.retrieval_mode !== 'full_text'}
              >
                {ranks && (
                  <p className="text-xs text-faint">
                    {ranks.has(chunk.id) ? words.rank(ranks.get(chunk.id)!) : words.notFound}
                  </p>
                )}
              </Passage>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

function tookOf({ took_ms: { total, embedding, search, rerank } }: QueryAnswer): string {
  return words.took(...([total, embedding, search, rerank].map(formatMilliseconds) as [string, string, string, string]))
}

function Fence({ answer }: { answer: QueryAnswer }) {
  const [boundary] = useState(newBoundary)
  const text = fencePassages(
    answer.chunks.map((chunk, index) => ({ ...chunk, text: chunk.content, number: index + 1 })),
    boundary,
  )
  return (
    <Disclosure
      className="rounded-lg border border-line bg-surface"
      summary={<summary className="rounded-lg px-4 py-2 font-medium hover:bg-hover">{words.fence}</summary>}
    >
      <div className="flex flex-col gap-2 border-t border-line p-4">
        <p className="text-soft text-pretty">{words.fenceHint}</p>
        <pre
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          role="group"
          aria-label={words.fence}
          className="max-h-96 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs break-words whitespace-pre-wrap"
        >
          {text}
        </pre>
      </div>
    </Disclosure>
  )
}

/** As long as a real one: 128 random bits. */
function newBoundary(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
