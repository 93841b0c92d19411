// Prints one turn as it happens: the reply on standard output, tool calls and failures on standard error.
import type { Client, SendConversationMessageInput, TurnStreamEvent } from '@parley/sdk'
import { describeCitations } from '../client/citations.ts'
import { complain, print, printJson, tell } from '../client/output.ts'
import { showControls } from '../client/terminal.ts'
import type { Surroundings } from '../surroundings.ts'

export interface Telling {
  shows_tools: boolean
  /** Again for each attempt. */
  onStarted(turn_id: string): void
}

const longest_shown = 500

/** Whether there was a reply. */
export async function tellTurn(
  client: Client,
  message: SendConversationMessageInput,
  telling: Telling,
  around: Surroundings,
): Promise<boolean> {
  let printed = false
  let isAnswered = false
  for await (const event of client.streamConversationMessage(message)) {
    if (event.event === 'turn.started' || event.event === 'turn.restarted') telling.onStarted(event.data.turn_id)
    if (event.event === 'turn.completed') isAnswered = true
    if (around.json) {
      await printJson(around, event)
      continue
    }
    const text = textOf(event, printed)
    if (text !== '') printed = event.event === 'message.delta'
    await print(around, showControls(text))
    const aside = asideOf(event, telling)
    if (aside !== null) tell(around, aside)
    if (event.event === 'turn.completed') for (const line of describeCitations(event.data.citations)) tell(around, line)
    if (event.event === 'turn.failed' || event.event === 'turn.cancelled') complain(around, event.data.detail)
  }
  return isAnswered
}

const begins_a_line = /^(turn|tool_call)\.|^widget$/

/** What belongs to the reply. Everything else begins on a new line. */
function textOf({ event, data }: TurnStreamEvent, has_text: boolean): string {
  if (event === 'message.delta') return data.text
  return has_text && begins_a_line.test(event) ? '\n' : ''
}

function asideOf({ event, data }: TurnStreamEvent, { shows_tools }: Telling): string | null {
  if (event === 'turn.restarted') return '(The reply begins again.)'
  if (event === 'widget') return shorten(`[${data.type}] ${JSON.stringify(data.data)}`)
  if (!shows_tools) return null
  if (event === 'tool_call.started') return shorten(`→ ${data.name}(${JSON.stringify(data.arguments)})`)
  if (event === 'tool_call.completed')
    return shorten(`← ${data.name}: ${data.is_error ? 'failed: ' : ''}${JSON.stringify(data.output)}`)
  return null
}

const shorten = (text: string) => (text.length > longest_shown ? `${text.slice(0, longest_shown)}…` : text)
