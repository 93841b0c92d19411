// `parley conversations`: lists, shows, ends, exports, imports and follows conversations. A client of the API, so it needs no database.
import { type Command, Option } from 'commander'
import { channels, conversationStatuses } from '@parley/contract/vocabulary'
import { parseCount, parseLimit, parseTime } from '../client/arguments.ts'
import type { ConnectionOptions } from '../client/connection.ts'
import { withConnection } from '../client/options.ts'
import type { Surroundings } from '../surroundings.ts'
import type { FilterFlags } from './filters.ts'

type Flags<More = object> = ConnectionOptions & More

export function addConversationCommands(program: Command, around: Surroundings): void {
  const conversations = program
    .command('conversations')
    .description('list, show, end, export, import and follow conversations through the API of a running server')
  addReading(conversations, around)
  addMoving(conversations, around)
}

function addReading(conversations: Command, around: Surroundings): void {
  withFilters(withConnection(conversations.command('list')))
    .description('list conversations, newest first')
    .option('--limit <count>', 'how many at most', parseLimit, 20)
    .action(async (flags: Flags<FilterFlags & { limit: number }>) => {
      const { listConversations } = await import('./reading.ts')
      await withClient(flags, (client) => listConversations(client, flags, flags.limit, around))
    })
  withConnection(conversations.command('show'))
    .description('show a conversation and its transcript')
    .argument('<id>', 'the conversation')
    .action(async (id: string, flags: Flags) => {
      const { showConversation } = await import('./reading.ts')
      await withClient(flags, (client) => showConversation(client, id, around))
    })
  withConnection(conversations.command('end'))
    .description('end a text conversation')
    .argument('<id>', 'the conversation')
    .option('--reason <text>', 'why it ends')
    .option('--finish', 'after the reply that is being written, instead of now')
    .action(async (id: string, flags: Flags<{ reason?: string; finish?: true }>) => {
      const { endConversation } = await import('./reading.ts')
      await withClient(flags, (client) => endConversation(client, id, flags, around))
    })
  withConnection(conversations.command('tail'))
    .description('follow the conversations that begin, change and end, until it is stopped')
    .option(
      '--after <position>',
      'go on after this position; the line of a change begins with its position, that of new messages with -',
      parseCount,
    )
    .option('--agent <id>', 'only conversations of this agent')
    .action(async (flags: Flags<{ after?: number; agent?: string }>) => {
      const { tailConversations } = await import('./reading.ts')
      await withClient(flags, (client) => tailConversations(client, flags, around))
    })
}

function addMoving(conversations: Command, around: Surroundings): void {
  withFilters(withConnection(conversations.command('export')))
    .description('write conversations with their transcripts to a file, one on each line; called again, it goes on')
    .argument('<file>', 'the file, which must not exist; until it is complete, FILE.part and FILE.state')
    .action(async (file: string, flags: Flags<FilterFlags>) => {
      const { exportConversations } = await import('./export.ts')
      await withClient(flags, (client) => exportConversations(client, file, flags, around))
    })
  withConnection(conversations.command('import'))
    .description('import conversations from a file that has one on each line; called again, it goes on')
    .argument('<file>', 'the file; finished parts are noted in FILE.state')
    .action(async (file: string, flags: Flags) => {
      const { importConversations } = await import('./import.ts')
      await withClient(flags, (client) => importConversations(client, file, around))
    })
}

const withClient: typeof import('../client/connection.ts').withClient = async (options, work) => {
  const connection = await import('../client/connection.ts')
  return connection.withClient(options, work)
}

function withFilters(command: Command): Command {
  return command
    .addOption(new Option('--status <status>', 'only with this status').choices(conversationStatuses))
    .addOption(new Option('--channel <channel>', 'only on this channel').choices(channels))
    .option('--agent <id>', 'only of this agent')
    .option('--user <text>', 'only of users whose id contains this')
    .option('--created-after <time>', `only those created at this time or later; ${time_form}`, parseTime)
    .option('--created-before <time>', `only those created at this time or before; ${time_form}`, parseTime)
}

const time_form = 'such as 2026-11-28 (its beginning in UTC) or 2026-11-28T10:00:00Z'
