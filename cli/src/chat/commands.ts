// `parley chat`: a conversation on the terminal. A client of the API, so it needs no database.
import type { Command } from 'commander'
import type { ConnectionOptions } from '../client/connection.ts'
import { withConnection } from '../client/options.ts'
import type { Surroundings } from '../surroundings.ts'

export interface ChatFlags extends ConnectionOptions {
  message?: string
  conversation?: string
  config?: string
  user: string
}

export function addChatCommand(program: Command, around: Surroundings): void {
  withConnection(program.command('chat'))
    .description('talk with an agent; lines that are piped in are messages')
    .argument('[agent]', 'id, key or name of the agent (default: the newest active one)')
    .option('--message <text>', 'send this message, print the reply and quit')
    .option('--conversation <id>', 'go on with this conversation')
    .option('--config <file>', 'talk with a configuration in YAML or JSON instead of an agent')
    .option('--user <id>', 'your id as the end user', 'cli')
    .addHelpText(
      'after',
      '\nWhile you chat: /new, /end, /tools (show or hide tool calls), /quit. Ctrl-C cancels a reply; twice within two seconds quits.',
    )
    .action(async (agent: string | undefined, flags: ChatFlags) => {
      const { withClient } = await import('../client/connection.ts')
      const { chat } = await import('./chat.ts')
      await withClient(flags, (client) => chat(client, agent, flags, around))
    })
}
