// The details of a conversation: facts, how it ended, its analysis, metadata, events, deliveries.
import type { Conversation, ConversationEvent } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { formatClock, formatFull, formatJson, formatNumber, formatSeconds } from '../base/format.ts'
import { useSession } from '../session/session-context.ts'
import { useIsWide } from '../ui/use-media.ts'
import { texts } from '../texts/index.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import { Facts } from '../ui/facts.tsx'
import { StatusLabel } from '../ui/status.tsx'
import { AnalysisSection } from './analysis-section.tsx'
import { DeliveriesSection } from './deliveries-section.tsx'
import { JsonFacts, Section } from './details-parts.tsx'
import { describeEvent } from './event-text.ts'
import { conversationTexts } from './texts.ts'
import { VisitorSection } from './visitor-section.tsx'
import { WorkflowsSection } from './workflows-section.tsx'

const words = conversationTexts
const { facts, section } = words

interface DetailsProps {
  conversation: Conversation
  events: readonly ConversationEvent[]
}

export function Details({ conversation, events }: DetailsProps) {
  const { scopes } = useSession()
  const aside = useRef<HTMLElement>(null)
  const isBelow = useRef(!useIsWide())
  // On narrow screens the details are below the transcript, so opening them scrolls there.
  useEffect(() => {
    if (isBelow.current) aside.current!.scrollIntoView({ block: 'start' })
    if (isBelow.current) aside.current!.focus({ preventScroll: true })
  }, [])
  const { custom_metadata, initial_context } = conversation
  return (
    <aside
      ref={aside}
      aria-label={words.details}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="shrink-0 border-line bg-surface outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)] max-wide:border-t wide:w-80 wide:overflow-y-auto wide:border-l"
    >
      <Who conversation={conversation} />
      {isOfWidget(conversation) && <VisitorSection conversation={conversation} />}
      {conversation.ended_at !== null && <End conversation={conversation} />}
      <AnalysisSection conversation={conversation} />
      {custom_metadata !== undefined && !isOfWidget(conversation) && (
        <Section title={section.metadata}>
          <JsonFacts value={custom_metadata} />
        </Section>
      )}
      {initial_context && (
        <Section title={section.context}>
          <p className="break-words whitespace-pre-wrap">{initial_context}</p>
        </Section>
      )}
      {scopes.has('conversations:read_sensitive') && (
        <Section title={`${section.events}${events.length > 0 ? ` (${formatNumber(events.length)})` : ''}`}>
          <Events events={events} />
        </Section>
      )}
      <WorkflowsSection conversation_id={conversation.id} events={events.length} />
      <DeliveriesSection conversation_id={conversation.id} events={events.length} />
    </aside>
  )
}

/** A preview has no widget, so that it counts nowhere. */
const isOfWidget = ({ web_widget_id, custom_metadata }: Conversation) =>
  web_widget_id !== null || custom_metadata?.['parley_preview'] === true

function Who({ conversation }: { conversation: Conversation }) {
  const version = useVersion(conversation)
  return (
    <Section title={section.who}>
      <Facts
        rows={[
          [facts.status, <StatusLabel key="status" status={conversation.status} />],
          [facts.endUser, conversation.user_id],
          [facts.agent, conversation.agent?.name ?? conversation.agent_id ?? texts.inlineConfig],
          [facts.version, version],
          [facts.channel, texts.channels[conversation.channel]],
          [facts.direction, texts.directionNames[conversation.direction]],
          [facts.agentNumber, conversation.agent_number],
          [facts.webWidget, conversation.web_widget_id],
          [facts.trunk, conversation.trunk_id],
          [facts.started, formatFull(conversation.created_at)],
          [facts.lastActivity, formatFull(conversation.last_activity_at)],
          [facts.turns, formatNumber(conversation.user_turn_count)],
          [
            facts.id,
            <code key="id" className="font-mono text-xs break-all">
              {conversation.id}
            </code>,
          ],
        ]}
      />
    </Section>
  )
}

/** The version number; the id if the version cannot be read. */
function useVersion({ agent_id, agent_version_id }: Conversation): string | null {
  const { client, scopes } = useSession()
  const mayRead = scopes.has('agents:read') || scopes.has('agents:manage')
  const { data } = useQuery({
    queryKey: ['agent', agent_id],
    queryFn: ({ signal }) => client.getAgent({ agent_id: agent_id! }, { signal }),
    enabled: mayRead && agent_id !== null,
    staleTime: 60_000,
  })
  const version = data?.versions.find(({ id }) => id === agent_version_id)
  return version ? `v${version.version}` : agent_version_id
}

function End({ conversation }: { conversation: Conversation }) {
  const { ended_at, ended_by, end_reason, duration } = conversation
  // The visitor is the end user whose conversation it is.
  const by =
    ended_by &&
    end_reason !== 'ended_by_end_user' &&
    [words.endedByType[ended_by.type], ended_by.name].filter(Boolean).join(' · ')
  return (
    <Section title={section.end}>
      <Facts
        rows={[
          [facts.why, end_reason && texts.endReasons[end_reason]],
          [facts.by, by || null],
          [facts.reason, ended_by?.reason],
          [facts.ended, ended_at && formatFull(ended_at)],
          [facts.duration, duration === null ? null : formatSeconds(duration)],
        ]}
      />
    </Section>
  )
}

function Events({ events }: { events: readonly ConversationEvent[] }) {
  if (events.length === 0) return <p className="text-faint">{words.noEvents}</p>
  return (
    <ol className="flex flex-col">
      {events.map((event) => (
        <li key={event.sequence}>
          <Disclosure
            summary={
              <summary className="flex list-none items-baseline gap-2 rounded px-1 py-0.5 hover:bg-hover">
                <span className="numeric w-6 shrink-0 text-right text-xs text-faint">{event.sequence}</span>
                <span className="min-w-0 truncate font-mono text-xs">{event.type}</span>
                <span className="min-w-0 flex-1 truncate text-xs text-faint">{describeEvent(event)}</span>
                <time dateTime={event.occurred_at} className="numeric shrink-0 text-xs text-faint">
                  {formatClock(event.occurred_at)}
                </time>
              </summary>
            }
          >
            <pre className="my-1 rounded-md bg-sunken p-2 font-mono text-xs break-words whitespace-pre-wrap">
              {formatJson(event.data)}
            </pre>
          </Disclosure>
        </li>
      ))}
    </ol>
  )
}
