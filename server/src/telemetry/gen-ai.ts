// The names of OpenTelemetry's conventions for generative AI that spans use, all of them: they still change from release to release.
import type { Attributes } from './traces.ts'

/** A call of a language model. `model`: `provider/model`. */
export function describeChat(model: string): { name: string; attributes: Attributes } {
  const [provider = '', name] = split(model)
  return {
    name: `chat ${name}`,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': name,
    },
  }
}

export interface ChatAnswer {
  /** The one that answered; null: the one that was asked. */
  model: string | null
  reason: string
  input_tokens: number | null
  output_tokens: number | null
}

export function describeChatAnswer({ model, reason, input_tokens, output_tokens }: ChatAnswer): Attributes {
  return {
    'gen_ai.response.model': model === null ? undefined : split(model)[1],
    'gen_ai.response.finish_reasons': [reason],
    'gen_ai.usage.input_tokens': input_tokens ?? undefined,
    'gen_ai.usage.output_tokens': output_tokens ?? undefined,
  }
}

/** What was said, redacted: JSON, as attributes are flat. */
export function describeChatContent(content: { system?: string; input?: unknown; output?: unknown }): Attributes {
  const json = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value))
  const { system, input, output } = content
  return {
    'gen_ai.system_instructions': system ? json([{ type: 'text', content: system }]) : undefined,
    'gen_ai.input.messages': json(input),
    'gen_ai.output.messages': json(output),
  }
}

export function describeTool(name: string, call_id: string): { name: string; attributes: Attributes } {
  return {
    name: `execute_tool ${name}`,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.id': call_id,
    },
  }
}

/** JSON, redacted. */
export function describeToolContent({ given, result }: { given: string; result: string }): Attributes {
  return { 'gen_ai.tool.call.arguments': given, 'gen_ai.tool.call.result': result }
}

export function describeConversation(conversation_id: string, agent_id: string | null): Attributes {
  return { 'gen_ai.conversation.id': conversation_id, 'gen_ai.agent.id': agent_id ?? undefined }
}

function split(model: string): [provider: string, name: string] {
  const slash = model.indexOf('/')
  return slash < 0 ? ['', model] : [model.slice(0, slash), model.slice(slash + 1)]
}
