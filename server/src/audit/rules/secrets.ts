// Which values the audit log must not keep: by their names, and by their form. Pure.

const secret_words =
  'password|passphrase|secret|token|api_?key|pat_key|private_key|access_key|authorization|cookie|credentials?'
const secret_name = new RegExp(`(?:^|_)(?:${secret_words})$`)

/** Whether a field, or a header, of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return secret_name.test(
    name
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .replaceAll('-', '_')
      .toLowerCase(),
  )
}

/** `https://user:password@host`. */
const with_password = /^[a-z][a-z\d+.-]*:\/\/[^/?#@\s]*:[^/?#@\s]*@/i

export function isSecretText(value: unknown): boolean {
  return typeof value === 'string' && with_password.test(value)
}

/** Of what authenticates a connection, these say how; the rest is secret. */
const open_of_auth: ReadonlySet<string> = new Set(['type', 'name', 'token_url'])

export function isSecretOfAuth(name: string): boolean {
  return !open_of_auth.has(name)
}
