// Others held the lock that a migration needs.

/** How long a migration may hold up others: until it has its lock, and while it has it. */
export const default_limit_ms = 2000
export const max_tries = 30

export class MigrationBlocked extends Error {
  constructor(name: string, blockers: string) {
    const who = blockers === '' ? '' : ` It waited for ${blockers}.`
    super(
      `The migration ${name} could not get its lock within ${default_limit_ms / 1000} seconds, ${max_tries} times.${who} End what holds the lock, and start again.`,
    )
  }
}
