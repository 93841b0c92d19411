// An agent in the list: its versions, and how much it is used.
import { Link } from '@tanstack/react-router'
import type { Output } from '@parley/sdk'
import { formatFull, formatMoment, formatNumber, formatSeconds } from '../../base/format.ts'
import { agentTexts } from '../texts.ts'
import { texts } from '../../texts/index.ts'
import { findLive } from '../use-agent.ts'
import { VersionBadge } from '../versions/version-badge.tsx'
import { AgentMenu } from './agent-menu.tsx'

const words = agentTexts.agents

export type ListedAgent = Output<'listAgents'>['data'][number]

export function AgentRow({ agent, now }: { agent: ListedAgent; now: Date }) {
  const { versions = [], statistics } = agent
  const changed = changedAt(agent)
  return (
    <tr className="border-b border-line hover:bg-hover">
      <th scope="row" className="max-w-0 py-2 pr-3 pl-4 text-left font-normal wide:pl-5">
        <Link
          to="/agents/$agent_id"
          params={{ agent_id: agent.id }}
          data-row
          className="block truncate rounded font-medium hover:underline"
        >
          <bdi>{agent.name}</bdi>
        </Link>
        <span className="flex gap-2 text-faint">
          {!agent.active && <span className="shrink-0 text-warn">{words.inactive}</span>}
          {agent.is_demo && <span className="shrink-0">{words.demo}</span>}
          <span className="truncate" title={agent.description ?? undefined}>
            <bdi>{agent.description}</bdi>
          </span>
        </span>
      </th>
      <td className="py-2 pr-3">
        <Versions versions={versions} />
      </td>
      <td className="numeric py-2 pr-3 text-right text-soft max-wide:hidden">
        {statistics && formatNumber(statistics.conversations)}
      </td>
      <td className="numeric py-2 pr-3 text-right text-soft max-wide:hidden">
        {statistics && formatNumber(statistics.active_conversations)}
      </td>
      <td className="numeric py-2 pr-3 text-right text-soft max-wide:hidden">
        {statistics && formatDuration(statistics.average_duration)}
      </td>
      <td className="numeric py-2 pr-3 text-right whitespace-nowrap text-soft max-wide:hidden">
        <time dateTime={changed} title={formatFull(changed)}>
          {formatMoment(changed, now)}
        </time>
      </td>
      <td className="w-10 py-1 pr-3 text-right">
        <AgentMenu agent={agent} />
      </td>
    </tr>
  )
}

/** The last change of the agent or of its newest version. */
function changedAt({ versions, updated_at }: ListedAgent): string {
  const version = versions?.[0]?.updated_at
  return version !== undefined && version > updated_at ? version : updated_at
}

function formatDuration(seconds: number | null): string {
  return seconds === null ? texts.none : formatSeconds(Math.round(seconds))
}

function Versions({ versions }: { versions: NonNullable<ListedAgent['versions']> }) {
  const live = findLive({ versions })
  const [newest] = versions
  return (
    <span className="flex flex-col">
      {live && (
        <span className="flex items-center gap-1.5">
          <VersionBadge state="live" />
          {agentTexts.versions.name(live.version)}
        </span>
      )}
      {newest && !newest.published && (
        <span className="flex items-center gap-1.5">
          <VersionBadge state="draft" />
          {agentTexts.versions.name(newest.version)}
        </span>
      )}
      {!newest && <span className="text-faint">{words.noVersion}</span>}
    </span>
  )
}
