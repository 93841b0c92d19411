// `parley help`: the help of a command, however deep it is.
import type { Command } from 'commander'

export function addHelpCommand(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .description('display help for a command')
    .argument('[command...]', 'the command, such as: conversations list')
    .action((names: string[]) => {
      let found = program
      for (const name of names) {
        const next = found.commands.find((command) => command.name() === name)
        if (!next) return found.error(`error: unknown command '${name}'`)
        found = next
      }
      found.help()
    })
}
