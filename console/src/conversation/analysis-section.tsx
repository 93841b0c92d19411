// The analysis of a conversation, and a button to run it again.
import type { Conversation } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { isActive, isUnsettled } from '../transcript/conversation-state.ts'
import { useSession } from '../session/session-context.ts'
import { conversationTexts } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { Facts } from '../ui/facts.tsx'
import { notify, notifyError } from '../ui/notify.ts'
import { Section } from './details-parts.tsx'
import { conversationKey } from '../transcript/use-conversation.ts'

const words = conversationTexts

export function AnalysisSection({ conversation }: { conversation: Conversation }) {
  const { analysis_status, analysis_reason, summary } = conversation
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
