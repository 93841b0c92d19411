// A test conversation: starting it, resuming it after a reload, ending it and restarting it.
import type { AgentConfig } from '@parley/contract'
import { ApiError, type Output, randomUuid } from '@parley/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { conversationKey } from '../transcript/use-conversation.ts'
import type { Session } from '../session/session.ts'
import { notifyError } from '../ui/notify.ts'
import { testerTexts } from './texts.ts'
import { type Trial, type TrialOptions, keep, readKept } from './trial.ts'

export type Version = Output<'getAgent'>['versions'][number]

export function useTrial({ client }: Session, agent_id: string, version: Version) {
  const queries = useQueryClient()
  const [trial, setTrial] = useState(() => readKept(agent_id).trial)
  const [options, setOptions] = useState(() => readKept(agent_id).options)

  const end = async () => {
    if (trial === null) return
    try {
      const { conversation_id } = trial
      await client.endConversation({ conversation_id, prefer: 'wait=0', reason: testerTexts.replacedReason })
      void queries.invalidateQueries({ queryKey: conversationKey(conversation_id) })
    } catch (error) {
      // It ended by itself, or was deleted.
      if (!(error instanceof ApiError && (error.status === 404 || error.status === 409))) throw error
    }
  }
  const start = useMutation({
    mutationFn: async (chosen: TrialOptions) => {
      await end()
      const read = await client.getAgentVersion({ agent_id, version: String(version.version) })
      const conversation_id = randomUuid()
      const next: Trial = { conversation_id, agent_version_id: read.id, revision: read.revision }
      // Stored before the conversation exists, so that a reload in between resumes it.
      keep(agent_id, { trial: next, options: chosen, outbox: [] })
      const { conversation } = await client.createConversation(creationOf(conversation_id, read, chosen))
      queries.setQueryData(conversationKey(conversation_id), conversation)
      return next
    },
    onSuccess: (next, chosen) => {
      setTrial(next)
      setOptions(chosen)
    },
    onError: (error) => {
      // If the earlier conversation could not be ended, it stays active.
      if (trial !== null && readKept(agent_id).trial?.conversation_id === trial.conversation_id) notifyError(error)
      else forget()
    },
  })
  const forget = () => {
    keep(agent_id, { trial: null, outbox: [] })
    setTrial(null)
  }
  const leave = useMutation({ mutationFn: end, onSuccess: forget })
  return { trial, options, start, leave, forget }
}

/** A draft cannot have conversations, because it may change. Its current configuration is sent instead. */
function creationOf(id: string, { agent_id, ...version }: Output<'getAgentVersion'>, options: TrialOptions) {
  const { user_id, metadata, initial_context } = options
  const answerer = version.published
    ? { agent_version_id: version.id }
    : { agent_config: version.config as AgentConfig }
  const given = metadata.trim() === '' ? {} : (JSON.parse(metadata) as Record<string, unknown>)
  return {
    id,
    channel: 'text' as const,
    user_id: user_id.trim(),
    ...answerer,
    custom_metadata: { ...testedBy(agent_id), ...given },
    ...(initial_context.trim() === '' ? {} : { initial_context }),
  }
}

/** Metadata by which the tests of an agent are found, also those of its drafts. */
export function testedBy(agent_id: string) {
  return { tested_agent: agent_id }
}
