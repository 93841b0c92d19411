// A model whose calls are spans, from the first try to the last part of the answer.
import { describeChat, describeChatAnswer, describeChatContent } from '../telemetry/gen-ai.ts'
import type { Span, Traces } from '../telemetry/traces.ts'
import type { CallCounter } from '../usage/port.ts'
import { type CountedModel, ModelError, type ModelMessage, type ModelPart, type ModelRequest } from './port.ts'

export function createTracedModel(traces: Traces, model: CountedModel): CountedModel {
  if (!traces.isOn) return model
  return { id: model.id, stream: (...call) => tracedParts(traces, model, call) }
}

async function* tracedParts(
  traces: Traces,
  model: CountedModel,
  call: [ModelRequest, AbortSignal, CallCounter],
): AsyncGenerator<ModelPart> {
  const [request] = call
  const { name, attributes } = describeChat(model.id)
  const span = traces.begin(name, { kind: 'client', attributes })
  const said: Said | null = traces.captures_content && request.recorded ? { text: '', calls: [] } : null
  const parts = model.stream(...call)[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await traces.within(span, () => parts.next())
      if (done) return
      if (value.type === 'finish') noteFinish(span, value)
      else if (said) note(said, value)
      yield value
    }
  } catch (error) {
    span.fail(error instanceof ModelError ? error.kind : 'aborted')
    throw error
  } finally {
    parts.return?.()?.catch(() => undefined)
    if (said) span.set(describeContent(request, said, request.recorded!))
    span.end()
  }
}

interface Said {
  text: string
  calls: { name: string; arguments: string }[]
}

function note(said: Said, part: Exclude<ModelPart, { type: 'finish' }>): void {
  if (part.type === 'text') said.text += part.text
  else said.calls.push({ name: part.name, arguments: part.arguments })
}

function noteFinish(
  span: Span,
  { model, reason, usage: { input_tokens, output_tokens } }: Extract<ModelPart, { type: 'finish' }>,
): void {
  span.set(describeChatAnswer({ model: model ?? null, reason, input_tokens, output_tokens }))
}

function describeContent(
  { system, messages }: ModelRequest,
  { text, calls }: Said,
  recorded: (text: string) => string,
) {
  const asText = (content: string) => ({ type: 'text', content: recorded(content) })
  const asCall = (name: string, given: unknown) => ({
    type: 'tool_call',
    name,
    arguments: redactValue(given, recorded),
  })
  const partsOf = (message: ModelMessage): object[] => {
    if (message.role === 'user') return [asText(message.text)]
    if (message.role === 'tool') {
      return message.results.map(({ call_id, output }) => ({
        ...{ type: 'tool_call_response', id: call_id },
        response: redactValue(output, recorded),
      }))
    }
    const asked = message.tool_calls.map(({ call_id, name, arguments: given }) => ({
      ...asCall(name, given),
      id: call_id,
    }))
    return [...(message.text === '' ? [] : [asText(message.text)]), ...asked]
  }
  const output = [...(text === '' ? [] : [asText(text)]), ...calls.map((call) => asCall(call.name, call.arguments))]
  return describeChatContent({
    system: recorded(system),
    input: messages.map((message) => ({ role: message.role, parts: partsOf(message) })),
    output: [{ role: 'assistant', parts: output }],
  })
}

/** As text, so that what spans several values or is escaped is found too. */
const redactValue = (value: unknown, recorded: (text: string) => string) =>
  recorded(typeof value === 'string' ? value : JSON.stringify(value))
