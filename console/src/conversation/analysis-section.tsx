// The analysis of a conversation, its earlier results, and a button to run it again.
import type { Analysis, Conversation } from '@parley/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { isActive, isUnsettled } from '../transcript/conversation-state.ts'
import { useSession } from '../session/session-context.ts'
import { formatFull, formatMilliseconds, formatNumber } from '../base/format.ts'
import { texts } from '../texts/index.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import { conversationTexts } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { Facts } from '../ui/facts.tsx'
import { notify, notifyError } from '../ui/notify.ts'
import { JsonFacts, Section } from './details-parts.tsx'
import { conversationKey } from '../transcript/use-conversation.ts'

const words = conversationTexts

export function AnalysisSection({ conversation }: { conversation: Conversation }) {
  const { analysis_status, analysis_reason, summary, analysis } = conversation
  const { scopes } = useSession()
  const mayAsk = scopes.has('conversations:manage') && !isActive(conversation)
  return (
    <Section title={words.section.analysis}>
      {summary && <p className="mb-2.5 break-words whitespace-pre-wrap text-pretty">{summary}</p>}
      <Facts
        rows={[
          [
            words.facts.state,
            <span key="state" className={analysis_status === 'failed' ? 'text-bad' : undefined}>
              {words.analysis[analysis_status]}
            </span>,
          ],
          [words.facts.why, analysis_reason],
        ]}
      />
      {analysis && <Answers analysis={analysis} />}
      {analysis && analysis.run > 1 && <EarlierResults conversation_id={conversation.id} newest={analysis.run} />}
      {mayAsk && <RunAgain conversation={conversation} />}
    </Section>
  )
}

function RunAgain({ conversation }: { conversation: Conversation }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const { id: conversation_id, analysis_status } = conversation
  const ask = useMutation({
    mutationFn: () => client.analyzeConversation({ conversation_id }),
    onSuccess: (asked) => {
      // The response has no transcript; the known one is kept.
      queries.setQueryData<Conversation>(conversationKey(conversation_id), (known) => known && { ...known, ...asked })
      notify(conversationTexts.analysisActions.queued)
    },
    onError: notifyError,
  })
  const isFirst = analysis_status === 'none' || analysis_status === 'skipped'
  return (
    <Button className="mt-3" disabled={ask.isPending || isUnsettled(conversation)} onClick={() => ask.mutate()}>
      {isFirst ? conversationTexts.analysisActions.first : conversationTexts.analysisActions.again}
    </Button>
  )
}

const actions = conversationTexts.analysisActions

/** Everything but the summary, which stands above it. */
function Answers({ analysis }: { analysis: Analysis }) {
  const { outcome, success, success_reason, extracted, models, finished_at, duration_ms } = analysis
  const { input_tokens, output_tokens } = analysis
  const tokens = input_tokens !== null && output_tokens !== null ? input_tokens + output_tokens : null
  return (
    <div className="mt-2.5 flex flex-col gap-2.5">
      <Facts
        rows={[
          [words.facts.outcome, outcome],
          [words.facts.success, success === null ? null : success ? actions.yes : actions.no],
          [words.facts.because, success_reason],
        ]}
      />
      {extracted && (
        <div>
          <h3 className="mb-1 text-xs font-semibold text-faint">{actions.fields}</h3>
          <JsonFacts value={extracted} />
        </div>
      )}
      <Facts
        className="text-xs"
        rows={[
          [words.facts.models, models.join(', ')],
          [words.facts.finished, formatFull(finished_at)],
          [words.facts.duration, duration_ms === null ? null : formatMilliseconds(duration_ms)],
          [words.facts.tokens, tokens === null ? null : formatNumber(tokens)],
        ]}
      />
    </div>
  )
}

function EarlierResults({ conversation_id, newest }: { conversation_id: string; newest: number }) {
  return (
    <Disclosure
      className="mt-2.5"
      summary={<summary className="w-fit rounded text-xs text-soft hover:text-ink">{actions.earlier}</summary>}
    >
      <EarlierList conversation_id={conversation_id} newest={newest} />
    </Disclosure>
  )
}

function EarlierList({ conversation_id, newest }: { conversation_id: string; newest: number }) {
  const { client } = useSession()
  const { data, isError, refetch } = useQuery({
    queryKey: ['analyses', conversation_id, newest],
    queryFn: async ({ signal }) => (await client.listConversationAnalyses({ conversation_id }, { signal })).data,
  })
  if (isError)
    return (
      <div role="alert" className="flex items-center gap-3 text-soft">
        {actions.failed}
        <Button onClick={() => void refetch()}>{texts.retry}</Button>
      </div>
    )
  const earlier = data?.filter(({ run }) => run !== newest)
  if (earlier?.length === 0) return <p className="text-faint">{actions.noEarlier}</p>
  return (
    <ol aria-label={actions.earlier} className="flex flex-col gap-2">
      {earlier?.map((analysis) => (
        <li key={analysis.run} className="rounded-md bg-sunken p-2">
          <h3 className="mb-1 text-xs font-semibold text-faint">{actions.run(analysis.run)}</h3>
          {analysis.summary && <p className="break-words whitespace-pre-wrap">{analysis.summary}</p>}
          <Answers analysis={analysis} />
        </li>
      ))}
    </ol>
  )
}
