// `parley completion`: a script that completes commands and options in a shell.
import { Argument, type Command } from 'commander'
import type { Surroundings } from '../surroundings.ts'

export function addCompletionCommand(program: Command, around: Surroundings): void {
  program
    .command('completion')
    .description('print a script that completes commands in your shell, such as: source <(parley completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { renderCompletion } = await import('./render.ts')
      around.stdout.write(renderCompletion(program, shell))
    })
}
