// Translates a model request into the body of `POST /chat/completions`.
import { prepareMessages, textOfResult } from './history.ts'
import { isStrictSchema } from '../rules/strict-schema.ts'
import type { ModelMessage, ModelRequest, ModelTool, ModelToolCall } from '../port.ts'

export function toChatBody(model: string, request: ModelRequest): string {
  const system = request.system === '' ? [] : [{ role: 'system', content: request.system }]
  return JSON.stringify({
    model,
    messages: [...system, ...prepareMessages(request.messages).flatMap(toChatMessages)],
    tools: request.tools.length === 0 ? undefined : request.tools.map(toChatTool),
    temperature: request.temperature,
    max_tokens: request.max_output_tokens,
    response_format: request.output && toResponseFormat(request.output),
    stream: true,
    stream_options: { include_usage: true },
  })
}

function toResponseFormat({ name, schema }: NonNullable<ModelRequest['output']>): object {
  return { type: 'json_schema', json_schema: { name, schema, strict: isStrictSchema(schema) } }
}

function toChatMessages(message: ModelMessage): object[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: message.text }]
    case 'assistant':
      if (message.tool_calls.length === 0) return [{ role: 'assistant', content: message.text }]
      return [{ role: 'assistant', content: message.text || null, tool_calls: message.tool_calls.map(toChatCall) }]
    case 'tool':
      return message.results.map((result) => ({
        role: 'tool',
        tool_call_id: result.call_id,
        content: textOfResult(result),
      }))
  }
}

function toChatCall({ call_id, name, arguments: given }: ModelToolCall): object {
  return { id: call_id, type: 'function', function: { name, arguments: JSON.stringify(given) } }
}

function toChatTool({ name, description, parameters }: ModelTool): object {
  return { type: 'function', function: { name, description, parameters } }
}
