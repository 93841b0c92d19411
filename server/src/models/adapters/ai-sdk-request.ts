// Translates a model request into the call options of an AI SDK provider model.
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  LanguageModelV4ToolResultOutput,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider'
import { prepareMessages, textOfResult } from './history.ts'
import { isStrictSchema } from '../rules/strict-schema.ts'
import type { ModelMessage, ModelRequest, ModelTool, ModelToolResult } from '../port.ts'

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
    ...(request.output ? withOutput(request.output, providerOptions) : { providerOptions }),
  }
}

/** OpenAI refuses many schemas unless the request turns strict enforcement off. */
function withOutput({ name, schema }: NonNullable<ModelRequest['output']>, options: SharedV4ProviderOptions = {}) {
  return {
    responseFormat: { type: 'json' as const, name, schema: schema as LanguageModelV4FunctionTool['inputSchema'] },
    providerOptions: { ...options, openai: { ...options['openai'], strictJsonSchema: isStrictSchema(schema) } },
  }
}

function toPrompt(request: ModelRequest): LanguageModelV4Message[] {
  const messages = prepareMessages(request.messages).map(toPromptMessage)
  return request.system === '' ? messages : [{ role: 'system', content: request.system }, ...messages]
}

function toPromptMessage(message: ModelMessage): LanguageModelV4Message {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.text }] }
    case 'assistant': {
      const text = message.text === '' ? [] : [{ type: 'text' as const, text: message.text }]
      const calls = message.tool_calls.map((call) => ({
        type: 'tool-call' as const,
        toolCallId: call.call_id,
        toolName: call.name,
        input: call.arguments,
      }))
      return { role: 'assistant', content: [...text, ...calls] }
    }
    case 'tool':
      return {
        role: 'tool',
        content: message.results.map((result) => ({
          type: 'tool-result' as const,
          toolCallId: result.call_id,
          toolName: result.name,
          output: toToolOutput(result),
        })),
      }
  }
}

function toToolOutput(result: ModelToolResult): LanguageModelV4ToolResultOutput {
  if (result.is_error) return { type: 'error-text', value: textOfResult(result) }
  const { output } = result
  return typeof output === 'string' ? { type: 'text', value: output } : { type: 'json', value: output }
}

function toFunctionTool(tool: ModelTool): LanguageModelV4FunctionTool {
  return {
    type: 'function',
    name: tool.name,
    description: tool.description,
    // The port keeps a JSON Schema as plain JSON; the agent's configuration was validated.
    inputSchema: tool.parameters as LanguageModelV4FunctionTool['inputSchema'],
  }
}
