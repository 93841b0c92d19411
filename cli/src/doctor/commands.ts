// `parley doctor`: looks for what keeps an installation from working, and says what to do.
import type { Command } from 'commander'
import type { Surroundings } from '../surroundings.ts'

export function addDoctorCommand(program: Command, around: Surroundings): void {
  program
    .command('doctor')
    .description("check this machine's settings, folders, database, model and the work that is late")
    .option('--no-model', 'do not call the language model')
    .action(async ({ model }: { model: boolean }) => {
      const { runDoctor } = await import('./doctor.ts')
      await runDoctor({ calls_model: model }, around)
    })
}
