// Sends a message to the end user.
import { renderTemplate } from '../../templates/templates.ts'
import type { ActionRunners } from './runner.ts'

const max_said_characters = 32_000

export const runPlayMessage: ActionRunners['play_message'] = ({ message }, seen, { budget, room }) => {
  const said = renderTemplate(message, seen, { max_output: max_said_characters, budget }).trim()
  if (said === '') return {}
  if (said.length > room.said_characters)
    return { error: 'The messages of this call exceed 262,144 characters. Shorten them.' }
  room.said_characters -= said.length
  return { said, saved: { message: said } }
}
