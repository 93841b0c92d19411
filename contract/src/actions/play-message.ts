// `play_message`: says something to the end user.
import { Type } from '../type.ts'
import { agentBounds } from '../agent-words.ts'
import { actionSchema, defineAction } from './define.ts'

const PlayMessageAction = actionSchema(
  'PlayMessageAction',
  'play_message',
  {
    message: Type.String({
      minLength: 1,
      maxLength: agentBounds.message,
      description: 'A template for the message, which the end user gets together with the result of the call.',
    }),
  },
  { description: 'Says something to the end user as part of the reply.' },
)

export const playMessage = defineAction({
  type: 'play_message',
  schema: PlayMessageAction,
  templates: ['message'],
  form: [{ field: 'message', as: 'long_text' }],
})
