// Wraps a model so that its text can be stored: no NUL, no half of a character. A model that sends such text must not make the
// database refuse the turn or the end of its conversation.
import { makeStorable } from '../base/text.ts'
import type { CountedModel, ModelPart } from './port.ts'

export function createStorableModel(model: CountedModel): CountedModel {
  return { id: model.id, stream: (...call) => storableParts(model.stream(...call)) }
}

async function* storableParts(parts: AsyncIterable<ModelPart>): AsyncGenerator<ModelPart> {
  // Some servers split a character: its other half comes with the next part.
  let half = ''
  for await (const part of parts) {
    const text = half + (part.type === 'text' ? part.text : '')
    half = part.type === 'text' && isFirstHalf(text.at(-1)) ? text.slice(-1) : ''
    const whole = makeStorable(text.slice(0, text.length - half.length))
    if (whole !== '') yield { type: 'text', text: whole }
    if (part.type !== 'text') yield part
  }
}

function isFirstHalf(unit: string | undefined): boolean {
  return unit !== undefined && unit >= '\ud800' && unit <= '\udbff'
}
