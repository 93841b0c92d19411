// Reads settings: turns text from the environment into values, and collects everything that is wrong.

/** One setting on the reference page. */
export interface Setting {
  name: string
  default: string
  meaning: string
  secret?: boolean
}

/** Settings that belong together, and the function that reads them. A room declares its own in its `settings.ts`. */
export interface SettingsGroup<Values> {
  readonly settings: readonly Setting[]
  read(read: Reader): Values
}

/** Lists all invalid settings at once. */
export class ConfigError extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(`Invalid settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

export type Environment = Record<string, string | undefined>

export interface Reader {
  /** Trimmed; undefined if empty. */
  text(name: string): string | undefined
  /** Falls back to the setting's default. */
  integer(name: string, least: number, most: number): number
  matching(name: string, pattern: RegExp, form: string): string | undefined
  url(name: string, protocol: RegExp, example: string): string | undefined
  /** In lower case, split at commas. */
  list(name: string): string[]
  /** Reports a fault and continues. */
  fault(text: string): void
}

export function createReader(environment: Environment, settings: readonly Setting[], faults: string[]): Reader {
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined
  return {
    text,
    integer(name, least, most) {
      const value = text(name) ?? settings.find((setting) => setting.name === name)!.default
      if (/^\d{1,12}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value)
      faults.push(`${name} must be a whole number from ${least} to ${most}, not "${value}"`)
      return least
    },
    matching(name, pattern, form) {
      const value = text(name)
      if (value !== undefined && !pattern.test(value)) faults.push(`${name} must look like ${form}`)
      return value
    },
    url(name, protocol, example) {
      const value = text(name)
      if (value === undefined || protocol.test(value)) return value
      faults.push(`${name} must be an address such as ${example}`)
      return undefined
    },
    list: (name) =>
      (text(name) ?? '')
        .split(',')
        .map((part) => part.trim().toLowerCase())
        .filter(Boolean),
    fault: (fault) => void faults.push(fault),
  }
}

/** Variables with the prefix `PARLEY_` that are not settings. */
export function findUnknown(environment: Environment, settings: readonly Setting[]): string[] {
  const known = new Set(settings.map((setting) => setting.name))
  return Object.keys(environment).filter((name) => name.startsWith('PARLEY_') && !known.has(name))
}
