// Looks up what a person may need for their reply, as the agent's own reply would: before the model is called. Nothing is recorded.
import { passageRules, searchFailedNotice } from '@parley/contract'
import type { Core } from '../../calls/core.ts'
import { characters_of_token } from '../../engine/rules/context-window.ts'
import type { LookUpForDraft } from '../../hand-off/hand-off.ts'
import { createRedactor } from '../../secrets/rules/redact.ts'
import { readSecrets } from '../../secrets/secrets.ts'
import type { Knowledge } from '../services.ts'
import { ask, datasetsOf } from './ask.ts'
import { roomBeside } from './rules/fit.ts'
import { queriesOfDraft } from './rules/queries.ts'

const nothing = { passages: [], notices: [] }

/** With the limits of a reply. An agent that has only the tool is looked up for, too: a draft has no tools. */
export function createDraftLookUp(core: Core, room: Pick<Knowledge, 'search'>): LookUpForDraft {
  return async (store, { config, metadata, messages, signal }) => {
    const { knowledge_bases: bases, retrieval, search_knowledge: tool, context_window } = config
    if (bases.length === 0 || !(retrieval.implicit || tool !== null)) return nothing
    const { max_chunks, timeout_ms, rerank, window_messages } = retrieval
    const queries = queriesOfDraft(messages, window_messages)
    const window_characters = context_window.max_tokens * characters_of_token
    const max_characters = roomBeside(queries.words, { max_characters: retrieval.max_characters, window_characters })
    const asking = {
      ...{ room, store },
      readRedactor: async () => createRedactor(await readSecrets(core, store)),
      measureRoom: () => ({ max_chunks, max_characters }),
    }
    const question = { ...queries, ...datasetsOf(bases, metadata), results: max_chunks, timeout_ms, rerank }
    const { fitted, outcome } = await ask(asking, question, { services: core, signal, log: core.log })
    const isFailed = outcome === 'failed' || outcome === 'timed_out'
    return {
      passages: fitted.flatMap(({ source_name, heading_path, page, text }, index) =>
        text === null ? [] : [{ number: index + 1, text, source_name, heading_path, page }],
      ),
      notices: [passageRules, retrieval.instructions ?? '', isFailed ? searchFailedNotice : ''],
    }
  }
}
