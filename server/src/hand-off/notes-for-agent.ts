// What people wrote for the agent: part of its turns after the conversation was returned.
import { neutralName, shownNameOf } from '../conversations/machine/handling.ts'
import type { Added, TurnSource } from '../engine/engine.ts'
import { readNotesForAgent } from './queries.ts'

/** The oldest count: a model has only so much room. */
const most_notes = 50

const nothing = () => ({ tools: [], notices: [], [Symbol.dispose]: () => {} })

export const notesForAgent: TurnSource = {
  name: 'notes of people',
  async prepare({ store, conversation }): Promise<Added & Disposable> {
    // No statement in conversations that people never had.
    if ((conversation.handling?.returned_at ?? null) === null) return nothing()
    const notes = await readNotesForAgent(store, conversation.id, most_notes)
    if (notes.length === 0) return nothing()
    const rules = conversation.handling?.rules ?? null
    const shown = (name: string | null) => shownNameOf(rules, name) ?? name ?? neutralName
    const lines = notes.map(({ name, text }) => `- ${shown(name)}: ${text}`)
    return {
      ...nothing(),
      notices: [`Notes that people have written for you. The end user has not seen them:\n${lines.join('\n')}`],
    }
  },
}
