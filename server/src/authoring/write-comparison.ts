// Has the default model describe the differences between two versions, within limits of time and size.
import type { Core } from '../calls/core.ts'
import type { AuthoringServices } from './services.ts'
import type { Store } from '../database/store.ts'
import { compareWithDemo, defaultModel, DEMO_PROVIDER, modelsOf, toRefusal } from '../models/models.ts'
import { AppError } from '../base/errors.ts'
import { drainKey } from '../live/shared.ts'
import { type Compared, comparisonRequest, noDifference } from './rules/comparison.ts'
import type { Difference } from './rules/difference.ts'

const max_ms = 120_000
/** The limit that the contract states. */
const max_characters = 20_000

/** `gone` ends the model call. Throws a refusal if the model fails. */
export async function* writeComparison(
  services: Core & AuthoringServices,
  store: Store,
  differences: readonly Difference[],
  gone: AbortSignal,
  compared: Compared = 'agent',
): AsyncGenerator<string> {
  if (differences.length === 0) return yield noDifference[compared]
  const model = defaultModel(services)
  if (model.provider === DEMO_PROVIDER) return yield compareWithDemo(differences)
  const models = modelsOf(services, store)
  const { organization_id } = store
  const usage = services.usage.counter({ organization_id, kind: 'model_call', purpose: 'authoring', agent_id: null })
  using limit = limitCall(services, gone)
  let left = max_characters
  try {
    const request = comparisonRequest(differences, compared)
    for await (const part of models.resolve(model).stream(request, limit.signal, usage)) {
      if (part.type !== 'text') continue
      yield part.text.length < left ? part.text : `${part.text.slice(0, left - 1).toWellFormed()}…`
      left -= part.text.length
      if (left <= 0) return
    }
  } catch (error) {
    throw toRefusal(error)
  }
  if (left === max_characters) throw new AppError('model_failed', 'The model returned an empty answer.')
}

/** Aborts when the reader disconnects, the time is up, or the server is stopping. */
function limitCall({ ports, live: { signals }, node }: Core, gone: AbortSignal): { signal: AbortSignal } & Disposable {
  const over = new AbortController()
  const stopTimer = ports.clock.after(max_ms, () => over.abort(new AppError('model_timed_out')))
  const listener = signals.listen(drainKey)
  const ended = new AbortController()
  const watchDrain = async () => {
    await listener.next({ signal: ended.signal })
    if (node.isDraining) over.abort(new AppError('unavailable', 'The server is shutting down.'))
  }
  void watchDrain()
  return {
    signal: AbortSignal.any([gone, over.signal]),
    [Symbol.dispose]() {
      stopTimer()
      ended.abort()
      listener[Symbol.dispose]()
    },
  }
}
