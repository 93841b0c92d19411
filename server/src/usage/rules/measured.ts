// What a call has used: as its provider reports it, and estimated where it does not. Pure.
import type { CalledModel, EndedCall, MeasuredCall, ReportedTokens } from '../port.ts'

/** Of most models and languages, roughly. */
const characters_of_token = 4

export const tokensOf = (characters: number): number => Math.ceil(characters / characters_of_token)

const nothing: ReportedTokens = {
  input_tokens: null,
  output_tokens: null,
  cached_input_tokens: null,
  cache_write_tokens: null,
}

/** `heard`: characters of the answer. Null: the call was not made, so there is nothing to count. */
export function measure(
  { countCharacters }: Pick<CalledModel, 'countCharacters'>,
  heard: number,
  ended: EndedCall,
): MeasuredCall | null {
  switch (ended.how) {
    case 'answered':
      return { outcome: 'ok', ...complete(ended.reported ?? nothing, countCharacters, heard) }
    case 'interrupted':
      return { outcome: 'interrupted', ...complete(nothing, countCharacters, heard) }
    case 'failed':
      if (!ended.is_refused || heard > 0) return { outcome: 'failed', ...complete(nothing, countCharacters, heard) }
      return { ...nothing, outcome: 'failed', input_tokens: 0, output_tokens: 0, estimated: false }
    case 'not_made':
      return null
  }
}

function complete(reported: ReportedTokens, countCharacters: () => number, heard: number) {
  const { input_tokens, output_tokens } = reported
  return {
    ...reported,
    input_tokens: input_tokens ?? tokensOf(countCharacters()),
    output_tokens: output_tokens ?? tokensOf(heard),
    estimated: input_tokens === null || output_tokens === null,
  }
}

/** The halves of `provider/model`. */
export function splitModel(id: string): { provider: string; model: string } {
  const slash = id.indexOf('/')
  return { provider: id.slice(0, slash), model: id.slice(slash + 1) }
}
