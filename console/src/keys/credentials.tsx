// A list of keys or tokens: permissions, expiry and last use, but never the secret.
import type { Output } from '@parley/sdk'
import { useState } from 'react'
import { formatDay, formatFull, formatMoment } from '../base/format.ts'
import { useAgentNames } from '../agent-names/use-agents.ts'
import { useNow } from '../ui/use-now.ts'
import { useSession } from '../session/session-context.ts'
import { settingsTexts } from '../settings/texts.ts'
import { IconButton } from '../ui/button.tsx'
import { AskDialog } from '../settings/ask-dialog.tsx'
import { type Column, PagedTable } from '../settings/paged-table.tsx'
import type { PagesQuery } from '../settings/use-pages.ts'
import { describeMcp } from './mcp-of-key.ts'
import { keyTexts as words } from './texts.ts'

export type Credential = Output<'listOrganizationKeys'>['data'][number]

interface Props {
  label: string
  query: PagesQuery<Credential>
  empty: string
  /** The query to read again after a deletion. */
  changes: readonly string[]
  removeText: string
  onRemove: (key_id: string) => Promise<void>
  /** Whether they have different permissions. */
  hasPower?: boolean
}

export function Credentials({ label, query, empty, changes, removeText, onRemove, hasPower = false }: Props) {
  const [removed, setRemoved] = useState<Credential | null>(null)
  const power: Column<Credential>[] = hasPower
    ? [{ name: words.power, render: (credential) => <Power credential={credential} /> }]
    : []
  return (
    <>
      <PagedTable
        label={label}
        query={query}
        empty={empty}
        keyOf={({ key_id }) => key_id}
        columns={[
          { name: words.name, render: (credential) => <Name credential={credential} /> },
          ...power,
          { name: words.expires, isExtra: true, render: ({ expires_at }) => <Expiry expires_at={expires_at} /> },
          { name: words.used, isExtra: true, render: ({ last_used_at }) => <LastUse last_used_at={last_used_at} /> },
        ]}
        renderActions={(credential) => (
          <IconButton icon="trash" label={words.remove(credential.name)} onClick={() => setRemoved(credential)} />
        )}
      />
      {removed && (
        <AskDialog
          title={words.remove(removed.name)}
          text={removeText}
          submit={settingsTexts.delete}
          done={words.removed(removed.name)}
          isDangerous
          changes={[changes]}
          act={() => onRemove(removed.key_id)}
          onClose={() => setRemoved(null)}
        />
      )}
    </>
  )
}

function Name({ credential: { name, key_id, created_at } }: { credential: Credential }) {
  return (
    <>
      <span className="block wrap-anywhere">{name}</span>
      <span className="block text-xs text-faint" title={formatFull(created_at)}>
        <code className="font-mono break-all">{key_id}</code> · {formatDay(created_at)}
      </span>
    </>
  )
}

function Power({ credential: { role, scopes, agent_ids, mcp } }: { credential: Credential }) {
  const { names } = useAgentNames(useSession())
  const narrowed = describeMcp(mcp)
  return (
    <>
      <span className="block">{role === null ? words.scopeCount(scopes?.length ?? 0) : settingsTexts.roles[role]}</span>
      {scopes !== null && <span className="block text-xs wrap-anywhere text-faint">{scopes.join(', ')}</span>}
      {agent_ids !== null && (
        <span className="block text-xs wrap-anywhere text-faint">
          {words.onlyAgents(agent_ids.map((id) => names.get(id) ?? id))}
        </span>
      )}
      {narrowed !== null && <span className="block text-xs wrap-anywhere text-faint">{narrowed}</span>}
    </>
  )
}

function Expiry({ expires_at }: { expires_at: number | null }) {
  const now = useNow()
  if (expires_at === null) return words.never
  const day = formatDay(new Date(expires_at).toISOString())
  return expires_at <= now.getTime() ? <span className="text-bad">{words.expired(day)}</span> : day
}

function LastUse({ last_used_at }: { last_used_at: string | null }) {
  const now = useNow()
  if (last_used_at === null) return words.unused
  return <span title={formatFull(last_used_at)}>{formatMoment(last_used_at, now)}</span>
}
