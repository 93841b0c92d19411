// Translates a model request into the call options of an AI SDK provider model.
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  LanguageModelV4ToolResultOutput,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider'
import type { ModelMessage, ModelRequest, ModelTool, ModelToolResult } from './port.ts'

/**
 * Opens a history that does not begin with the user: an agent's greeting comes first, or there is no message yet. Anthropic and
 * the prompt templates of many open models refuse such a history.
 */
export const OPENING_MESSAGE = '(The conversation begins.)'

export function toCallOptions(
  request: ModelRequest,
  signal: AbortSignal,
  providerOptions: SharedV4ProviderOptions | undefined,
): LanguageModelV4CallOptions {
  return {
    prompt: toPrompt(request),
    tools: request.tools.length === 0 ? undefined : request.tools.map(toFunctionTool),
    temperature: request.temperature,
    maxOutputTokens: request.max_output_tokens,
    abortSignal: signal,
    providerOptions,
  }
}

function toPrompt(request: ModelRequest): LanguageModelV4Message[] {
  const messages = request.messages.flatMap(toPromptMessage)
  const prompt: LanguageModelV4Message[] = []
  if (request.system !== '') prompt.push({ role: 'system', content: request.system })
  if (messages[0]?.role !== 'user') prompt.push({ role: 'user', content: [{ type: 'text', text: OPENING_MESSAGE }] })
  return [...prompt, ...messages]
}

/** None for a message without content: providers refuse empty ones. */
function toPromptMessage(message: ModelMessage): LanguageModelV4Message[] {
  switch (message.role) {
    case 'user':
      return message.text === '' ? [] : [{ role: 'user', content: [{ type: 'text', text: message.text }] }]
    case 'assistant': {
      const text = message.text === '' ? [] : [{ type: 'text' as const, text: message.text }]
      const calls = message.tool_calls.map((call) => ({
        type: 'tool-call' as const,
        toolCallId: call.call_id,
        toolName: call.name,
        input: call.arguments,
      }))
      return text.length + calls.length === 0 ? [] : [{ role: 'assistant', content: [...text, ...calls] }]
    }
    case 'tool':
      if (message.results.length === 0) return []
      return [
        {
          role: 'tool',
          content: message.results.map((result) => ({
            type: 'tool-result' as const,
            toolCallId: result.call_id,
            toolName: result.name,
            output: toToolOutput(result),
          })),
        },
      ]
  }
}

function toToolOutput({ output, is_error }: ModelToolResult): LanguageModelV4ToolResultOutput {
  if (!is_error) return typeof output === 'string' ? { type: 'text', value: output } : { type: 'json', value: output }
  // The word is for the wire formats that have no mark for a failed call.
  return { type: 'error-text', value: `Error: ${typeof output === 'string' ? output : JSON.stringify(output)}` }
}

function toFunctionTool(tool: ModelTool): LanguageModelV4FunctionTool {
  return {
    type: 'function',
    name: tool.name,
    description: tool.description,
    // The port keeps a JSON Schema as plain JSON; the agent's configuration has been validated to be one.
    inputSchema: tool.parameters as LanguageModelV4FunctionTool['inputSchema'],
  }
}
