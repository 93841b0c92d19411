// Reads the settings from the environment into a validated configuration. The only reader of the environment; reports all faults.
import { type Limits, limitSettings } from './limits.ts'
import { type ModelConfig, modelSettings } from './models.ts'
import { type OutboundConfig, outboundSettings } from './outbound.ts'
import { ConfigError, type Environment, type Setting, type SettingsGroup, createReader, findUnknown } from './reader.ts'
import { type ServerConfig, serverSettings } from './server.ts'
import { type SignInConfig, signInSettings } from './sign-in.ts'
import { type SitesConfig, sitesSettings } from './sites.ts'
import { type TelemetryConfig, telemetrySettings } from './telemetry.ts'

export { ConfigError } from './reader.ts'

export interface Config extends ServerConfig, ModelConfig, OutboundConfig {
  limits: Limits
  sign_in: SignInConfig
  sites: SitesConfig
  telemetry: TelemetryConfig
  /** Suspicious but harmless settings, logged at startup. */
  warnings: string[]
  /** The values of a group that a room declares. */
  of<Values>(group: SettingsGroup<Values>): Values
}

type AnyGroup = SettingsGroup<unknown>

const groups: readonly AnyGroup[] = [
  serverSettings,
  telemetrySettings,
  modelSettings,
  outboundSettings,
  signInSettings,
  sitesSettings,
  limitSettings,
]

/** Every setting, in the order of the reference page (docs/settings.md is generated from this list). */
export function settingsWith(rooms: readonly AnyGroup[]): Setting[] {
  return [...groups, ...rooms].flatMap(({ settings }) => settings)
}

/** `rooms`: the groups that rooms declare. */
export function readConfigWith(rooms: readonly AnyGroup[], environment: Environment = process.env): Config {
  const faults: string[] = []
  const settings = settingsWith(rooms)
  const read = createReader(environment, settings, faults)
  const warnings = findUnknown(environment, settings).map((name) => `${name} is not a setting and has no effect`)
  const own = new Map(rooms.map((group) => [group, group.read(read)]))
  const config: Config = {
    ...serverSettings.read(read),
    ...modelSettings.read(read),
    ...outboundSettings.read(read),
    sign_in: signInSettings.read(read),
    sites: sitesSettings.read(read),
    telemetry: telemetrySettings.read(read),
    limits: limitSettings.read(read),
    warnings,
    of<Values>(group: SettingsGroup<Values>): Values {
      if (!own.has(group)) throw new Error('the settings of this room are missing from settings.ts')
      return own.get(group) as Values
    },
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}
