// `parley agents`: agents kept as files.
import type { Command } from 'commander'
import { addFileCommands } from '../files/commands.ts'
import type { Surroundings } from '../surroundings.ts'

export function addAgentCommands(program: Command, around: Surroundings): void {
  const agents = program.command('agents').description('manage agents as files through the API of a running server')
  addFileCommands(agents, around, {
    noun: 'agent',
    what_publishing_does: 'publish the versions, so that new conversations use them',
    what_going_live_does: null,
    loadKind: async () => (await import('./agent-files.ts')).agentFiles,
  })
}
