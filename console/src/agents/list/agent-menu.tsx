// Actions on an agent as a whole: deactivate, activate, delete.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { describeError } from '../../ui/describe-error.ts'
import { useSession } from '../../session/session-context.ts'
import { settingsTexts } from '../../settings/texts.ts'
import { agentTexts } from '../texts.ts'
import { IconButton } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { notify } from '../../ui/notify.ts'
import { PopupMenu, PopupMenuItem, PopupMenuLink } from '../../ui/popup.tsx'
import { agentKey, forgetAgents } from '../use-agent.ts'

const words = agentTexts.menu

interface Props {
  agent: { id: string; name: string; active: boolean }
  /** On the agent's own page, deleting the agent leads away from it. */
  isOwnPage?: boolean
  /** While something is being edited, the agent cannot be changed here. */
  isBusy?: boolean
}

export function AgentMenu({ agent, isOwnPage = false, isBusy = false }: Props) {
  const { scopes } = useSession()
  const [dialog, setDialog] = useState<'delete' | 'switch' | null>(null)
  const mayManage = scopes.has('agents:manage')
  const copyId = async () => {
    await navigator.clipboard.writeText(agent.id)
    notify(words.idCopied)
  }
  return (
    <>
      <PopupMenu trigger={<IconButton icon="more" label={words.label(agent.name)} />}>
        <PopupMenuLink icon="inbox" to="/inbox" search={{ agent_id: agent.id }}>
          {words.conversations}
        </PopupMenuLink>
        {scopes.has('organizations:manage') && (
          <PopupMenuLink icon="clock" to="/settings/audit-log" search={{ target_type: 'agent', target_id: agent.id }}>
            {settingsTexts.history}
          </PopupMenuLink>
        )}
        <PopupMenuItem icon="copy" onSelect={() => void copyId()}>
          {words.copyId}
        </PopupMenuItem>
        {mayManage && !isBusy && (
          <PopupMenuItem icon="end" onSelect={() => setDialog('switch')}>
            {agent.active ? words.switchOff : words.switchOn}
          </PopupMenuItem>
        )}
        {mayManage && !isBusy && (
          <PopupMenuItem icon="trash" isDangerous onSelect={() => setDialog('delete')}>
            {words.remove}
          </PopupMenuItem>
        )}
      </PopupMenu>
      {dialog === 'delete' && <DeleteDialog agent={agent} isOwnPage={isOwnPage} onClose={() => setDialog(null)} />}
      {dialog === 'switch' && <SwitchDialog agent={agent} onClose={() => setDialog(null)} />}
    </>
  )
}

function DeleteDialog({ agent, isOwnPage, onClose }: Props & { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => client.deleteAgent({ agent_id: agent.id }),
    onSuccess: async () => {
      notify(words.deleted(agent.name))
      if (isOwnPage) await navigate({ to: '/agents' })
      queries.removeQueries({ queryKey: agentKey(agent.id) })
      await forgetAgents(queries)
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.deleteTitle(agent.name)}
      description={words.deleteText}
      submit={words.deleteSubmit}
      isDangerous
      isPending={remove.isPending}
      error={remove.error && describeError(remove.error)}
      onSubmit={() => remove.mutate()}
    />
  )
}

function SwitchDialog({ agent, onClose }: Props & { onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: () => client.updateAgent({ agent_id: agent.id, active: !agent.active }),
    onSuccess: async () => {
      notify(agent.active ? words.switchedOff : words.switchedOn)
      await forgetAgents(queries, agent.id)
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={agent.active ? words.offTitle(agent.name) : words.onTitle(agent.name)}
      description={agent.active ? words.offText : words.onText}
      submit={agent.active ? words.switchOff : words.switchOn}
      isPending={change.isPending}
      error={change.error && describeError(change.error)}
      onSubmit={() => change.mutate()}
    />
  )
}
