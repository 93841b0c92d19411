// `parley workflows`: workflows kept as files.
import type { Command } from 'commander'
import { addFileCommands } from '../files/commands.ts'
import type { Surroundings } from '../surroundings.ts'

export function addWorkflowCommands(program: Command, around: Surroundings): void {
  const workflows = program
    .command('workflows')
    .description('manage workflows as files through the API of a running server')
  addFileCommands(workflows, around, {
    noun: 'workflow',
    what_publishing_does: 'publish the versions, so that they can be executed',
    what_going_live_does: 'publish the versions and go live with them, so that their triggers fire',
    loadKind: async () => (await import('./workflow-files.ts')).workflowFiles,
  })
}
