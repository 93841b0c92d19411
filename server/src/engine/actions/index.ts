// The runner of each action, complete by type.
import { runHttp } from './http.ts'
import { runPlayMessage } from './play-message.ts'
import type { ActionRunners } from './runner.ts'
import { voiceRunners } from './voice.ts'

export const actionRunners: ActionRunners = {
  http: runHttp,
  play_message: runPlayMessage,
  workflow: () => ({ error: 'Workflows are not available on this server.' }),
  knowledge_base: () => ({ error: 'Knowledge bases are not available on this server.' }),
  ...voiceRunners,
}
