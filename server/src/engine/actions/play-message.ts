// Says something to the end user.
import { renderTemplate } from '../../templates/templates.ts'
import type { ActionRunners } from './runner.ts'

const max_said_characters = 32_000

export const runPlayMessage: ActionRunners['play_message'] = ({ message }, seen, { budget, room }) => {
  const said = renderTemplate(message, seen, { max_output: max_said_characters, budget }).trim()
  if (said === '') return {}
  if (said.length > room.said_characters) return { error: 'The tool has said too much.' }
  room.said_characters -= said.length
  return { said, saved: { message: said } }
}
