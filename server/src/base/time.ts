// Calculates with times as the database writes them: RFC 3339 in UTC with microseconds, which a Date does not have. Pure.

/** Adds whole seconds. */
export function addSeconds(time: string, seconds: number): string {
  const whole = new Date(Date.parse(`${time.slice(0, 19)}Z`) + seconds * 1000)
  return `${whole.toISOString().slice(0, 19)}${time.slice(19)}`
}

/** The earliest; null if all are null. */
export function earliest(times: readonly (string | null)[]): string | null {
  return times.filter((time) => time !== null).toSorted()[0] ?? null
}
