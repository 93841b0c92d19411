// What sign-in needs of an identity provider.
import type { Clock } from '../../base/ports.ts'
import type { Config } from '../../config/config.ts'
import type { Lookup } from '../../outbound/names.ts'

/** The state that the browser keeps, sealed, while it is at the provider. */
export interface PendingSignIn {
  state: string
  nonce: string
  code_verifier: string
  return_to: string
  /** Epoch milliseconds. */
  expires_at: number
}

/** The provider's claims about the user. */
export interface Identity {
  issuer: string
  subject: string
  email: string | null
  email_verified: boolean
  name: string | null
}

export interface OpenId {
  begin(pending: Pick<PendingSignIn, 'return_to' | 'expires_at'>): Promise<{ url: string; pending: PendingSignIn }>
  /** `path` is the path of the request with which the browser returned. Throws `OpenIdFailure`. */
  finish(path: string, pending: PendingSignIn): Promise<Identity>
}

/** `refused`: the provider denies signing in. `failed`: it cannot be reached, or its response is not valid. */
export class OpenIdFailure extends Error {
  readonly kind: 'refused' | 'failed'

  constructor(kind: 'refused' | 'failed', reason: string) {
    super(reason)
    this.name = 'OpenIdFailure'
    this.kind = kind
  }
}

export interface World {
  clock: Clock
  lookup: Lookup
}

type SignIn = Config['sign_in']
export type OpenIdSettings = { [Name in 'openid' | 'public_url']: NonNullable<SignIn[Name]> }
