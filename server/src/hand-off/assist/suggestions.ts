// Streams a suggested reply. Nothing is stored or sent (H11). A newer suggestion for the same caller and conversation stops the older
// one, on whichever node it is written.
import { readAgentConfigOrDefaults } from '../../agents/agents.ts'
import { AppError, errorBody } from '../../base/errors.ts'
import type { Core } from '../../calls/core.ts'
import type { ServerSentEvent } from '../../calls/event-stream.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import type { RootStore } from '../../database/store.ts'
import { topic } from '../../live/topics.ts'
import { type ModelCatalog, modelOf, modelsOf, samplingOf, toRefusal } from '../../models/models.ts'
import { fencePassages } from '@parley/contract'
import { suggestionRequest } from '../rules/suggestion.ts'
import { limitTime } from './limits.ts'
import type { Drafts } from './look-up.ts'
import { readShownMessages } from './rows.ts'

const most_ms = 60_000
const most_characters = 32_000

/** `<caller and conversation> <id>`: a newer suggestion has begun. */
const newer = topic<string>('suggestion')

interface Services {
  readonly core: Core
  readonly models: ModelCatalog
  readonly drafts: Drafts
}

export interface SuggestionCall {
  store: RootStore
  conversation: ConversationRecord
  instructions: string | null
  limit_key: string
  request_id: string
}

export type WriteSuggestion = (call: SuggestionCall, gone: AbortSignal) => AsyncGenerator<ServerSentEvent>

export function createSuggestions(services: Services): WriteSuggestion {
  const { bus } = services.core.live
  const writing = new Map<string, { id: string; stop: AbortController }>()
  const replace = (key: string, id: string) => {
    const other = writing.get(key)
    if (other && other.id !== id) other.stop.abort(stopped())
  }
  bus.subscribe(newer, (told) => replace(told.slice(0, -37), told.slice(-36)))
  return async function* (call, gone) {
    const key = `${call.limit_key} ${call.conversation.id}`
    const own = { id: services.core.ports.newId(), stop: new AbortController() }
    replace(key, own.id)
    writing.set(key, own)
    void bus.publish(newer, `${key} ${own.id}`)
    try {
      yield* write(services, call, AbortSignal.any([gone, own.stop.signal]))
    } catch (error) {
      if (gone.aborted) return
      const refusal = toRefusal(error)
      if (!(refusal instanceof AppError)) throw refusal
      yield { event: 'suggestion.failed', data: errorBody(refusal, call.request_id) }
    } finally {
      if (writing.get(key) === own) writing.delete(key)
    }
  }
}

const stopped = () => new AppError('unavailable', 'A newer suggestion has replaced this one.')

async function* write(
  { core, models: catalog, drafts }: Services,
  { store, conversation, instructions }: SuggestionCall,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const { id, agent_version_id, channel, custom_metadata: metadata } = conversation
  const config = await readAgentConfigOrDefaults(store, agent_version_id, channel, core.config.default_model)
  const messages = await readShownMessages(store, id)
  using limit = limitTime(core, most_ms)
  const within = AbortSignal.any([signal, limit.signal])
  const found = await drafts.lookUp?.(store, { config, metadata, messages, signal: within })
  const background = { text: config.instructions, notices: found?.notices ?? [], passages: null as string | null }
  if (found && found.passages.length > 0) {
    background.passages = fencePassages(found.passages, core.ports.randomBytes(16).toString('hex'))
  }
  const request = suggestionRequest({ background, messages, metadata, instructions })
  const models = modelsOf({ ...core, models: catalog }, store)
  const counting = { organization_id: store.organization_id, agent_id: conversation.agent_id, conversation_id: id }
  const usage = core.usage.counter({ ...counting, kind: 'model_call', purpose: 'authoring' })
  const parts = modelOf({ models }, config).stream({ ...request, ...samplingOf(config) }, within, usage)
  let text = ''
  for await (const part of parts) {
    if (part.type !== 'text' || text.length >= most_characters) continue
    const piece = part.text.slice(0, most_characters - text.length).toWellFormed()
    text += piece
    yield { event: 'suggestion.delta', data: { text: piece } }
  }
  if (text.trim() === '') throw new AppError('model_failed', 'The model returned an empty answer.')
  yield { event: 'suggestion.completed', data: { text } }
}
