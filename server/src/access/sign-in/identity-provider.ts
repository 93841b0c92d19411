// The identity provider of the settings. Its library is loaded by the first sign-in.
import { later } from '../../base/later.ts'
import type { Config } from '../../config/config.ts'
import type { OpenId, World } from './openid-port.ts'

/** Null without settings. */
export function openIdOf(config: Config, world: World): OpenId | null {
  const { openid, public_url } = config.sign_in
  if (openid === undefined || public_url === undefined) return null
  const open = later(async () => (await import('./openid.ts')).createOpenId({ openid, public_url }, config, world))
  return {
    begin: async (pending) => (await open()).begin(pending),
    finish: async (path, pending) => (await open()).finish(path, pending),
  }
}
