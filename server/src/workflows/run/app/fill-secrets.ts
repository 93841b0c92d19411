// Fills the placeholders of secrets in the texts of a connection.
import type { ConnectionConfig } from '@parley/contract'
import { joinUrl } from '../../../engine/rules/request-url.ts'
import { OutboundError } from '../../../outbound/client.ts'
import type { Redactor } from '../../../secrets/rules/redact.ts'
import { type SecretPart, fillSecretParts } from '../../rules/connection-tools.ts'
import { StepFailure } from '../failure.ts'
import { outboundFailure } from '../send-request.ts'

export function fillSecrets(text: string, redactor: Redactor, path: string): string {
  return partsOf(text, redactor, path)
    .map((part) => part.text)
    .join('')
}

function partsOf(text: string, { secrets }: Redactor, path: string): SecretPart[] {
  const { parts, fault } = fillSecretParts(text, secrets)
  if (fault !== null) throw new StepFailure('app_failed', `${path} of the connection: ${fault}`)
  return parts
}

/** A secret may be a whole address, or a part of one that stays in its place. */
export function fillAddress(text: string, redactor: Redactor, path: string): URL {
  try {
    return new URL(joinUrl(partsOf(text.trim(), redactor, path)))
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    throw outboundFailure(error, 'app_failed', redactor)
  }
}

/** By lower-case names. */
export function fillHeaders({ headers }: ConnectionConfig, redactor: Redactor): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      fillSecrets(value, redactor, `headers.${name}`),
    ]),
  )
}
