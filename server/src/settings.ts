// All settings: those of the server and those that rooms define.
import { type Config, readConfigWith, settingsWith } from './config/config.ts'
import { secretSettings } from './secrets/settings.ts'

const rooms = [secretSettings]

/** The settings in the order of the reference page. */
export const settings = settingsWith(rooms)

/** Throws a `ConfigError` that names every invalid setting. */
export function readConfig(environment?: Record<string, string | undefined>): Config {
  return readConfigWith(rooms, environment)
}
