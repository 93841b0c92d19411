// The commands and their options. What carries a command out is loaded when it runs, so that the others do not wait for it.
import { Command } from 'commander'
import own_package from '../package.json' with { type: 'json' }
import { addHelpCommand } from './help.ts'
import { addAdministrationCommands } from './administration/commands.ts'
import { addInstallationCommands } from './administration/installation.ts'
import { addAgentCommands } from './agents/commands.ts'
import { addKnowledgeCommands } from './knowledge/commands.ts'
import { addAuditCommands } from './audit/commands.ts'
import { addBackupCommands } from './backup/commands.ts'
import { addBlobCommands } from './blobs.ts'
import { addChatCommand } from './chat/commands.ts'
import { withGlobalOptions } from './client/options.ts'
import { addCompletionCommand } from './completion/commands.ts'
import { addPriceCommands } from './prices/commands.ts'
import { addConversationCommands } from './conversations/commands.ts'
import { addDoctorCommand } from './doctor/commands.ts'
import { addImportCommands } from './anyreach/commands.ts'
import { type Surroundings, processSurroundings } from './surroundings.ts'
import { addWorkflowCommands } from './workflows/commands.ts'

export function createProgram(around: Surroundings = processSurroundings()): Command {
  const program = new Command('parley')
    .description('Conversations between people and AI agents, on your own server.')
    .version(own_package.version, '--version', 'print the version')
    .showHelpAfterError('(use --help for more information)')
    // Subcommands inherit this: run.ts handles errors and ends the process.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void around.stdout.write(text),
      writeErr: (text) => void around.stderr.write(text),
    })
  withGlobalOptions(program, around)
  program
    .command('serve')
    .description('run the server until it receives SIGINT or SIGTERM')
    .action(async () => {
      const { serve } = await import('@parley/server')
      around.exit_code = await serve()
    })
  addAdministrationCommands(program, around)
  addInstallationCommands(program, around)
  addAuditCommands(program, around)
  addBackupCommands(program, around)
  addBlobCommands(program, around)
  addPriceCommands(program, around)
  addAgentCommands(program, around)
  addWorkflowCommands(program, around)
  addKnowledgeCommands(program, around)
  addConversationCommands(program, around)
  addChatCommand(program, around)
  addImportCommands(program, around)
  addDoctorCommand(program, around)
  addCompletionCommand(program, around)
  addHelpCommand(program)
  return program
}
