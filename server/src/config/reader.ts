// The one reader of settings: text from the environment → values, with everything that is wrong listed at once.

/** One setting of the reference page. */
export interface Setting {
  name: string
  default: string
  meaning: string
  secret?: boolean
}

/** Settings that belong together, and what they come to. A room keeps its own in its `settings.ts`. */
export interface SettingsGroup<Values> {
  readonly settings: readonly Setting[]
  read(read: Reader): Values
}

/** Everything that is wrong with the settings, for a person to read at once. */
export class ConfigError extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(`These settings cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

export type Environment = Record<string, string | undefined>

export interface Reader {
  /** Without white space around it; undefined where it is empty. */
  text(name: string): string | undefined
  /** With the setting's default. */
  integer(name: string, least: number, most: number): number
  matching(name: string, pattern: RegExp, form: string): string | undefined
  url(name: string, protocol: RegExp, example: string): string | undefined
  /** Lower case, split at commas. */
  list(name: string): string[]
  /** Says that a setting cannot be used, and goes on. */
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

/** Settings of ours that are none. */
export function findUnknown(environment: Environment, settings: readonly Setting[]): string[] {
  const known = new Set(settings.map((setting) => setting.name))
  return Object.keys(environment).filter((name) => name.startsWith('PARLEY_') && !known.has(name))
}
