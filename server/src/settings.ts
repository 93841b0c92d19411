// All settings: those of the server, and those that rooms declare.
import { type Config, readConfigWith, settingsWith } from './config/config.ts'
import { secretSettings } from './secrets/settings.ts'

const rooms = [secretSettings]

/** In the order of the reference page. */
export const settings = settingsWith(rooms)

/** Throws a `ConfigError` that lists every invalid setting. */
export function readConfig(environment?: Record<string, string | undefined>): Config {
  return readConfigWith(rooms, environment)
}
