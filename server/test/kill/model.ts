// A language model under load: answers in pieces, quotes what it was asked, and fails sometimes.
import { setTimeout as pass } from 'node:timers/promises'
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts'
import type { Random } from './random.ts'

export async function startLoadedModel(random: Random): Promise<ScriptedModel> {
  const model = await startScriptedModel()
  let answers = 0
  model.answer = ({ messages }) => {
    // Nobody reads them, and a long run has many.
    model.requests.length = 0
    answers += 1
    if (random.happens(0.05)) return 400
    if (random.happens(0.02)) return 503
    const pieces = [`Answer ${answers} to `, String(messages.at(-1)?.content), ', word ', 'by ', 'word.']
    const pace_ms = random.pick([0, 5, 30, 100, 200])
    return say(pieces, pace_ms, random.happens(0.02))
  }
  return model
}

/** The pace is the model's own: it is what takes time in a turn. */
async function* say(pieces: string[], pace_ms: number, isBroken: boolean): AsyncGenerator<string> {
  for (const [index, piece] of pieces.entries()) {
    if (pace_ms > 0) await pass(pace_ms)
    if (isBroken && index === 2) throw new Error('the model broke off')
    yield piece
  }
}
