// The tools of a connection of the kind `http`, and the secrets in its texts. Pure.
import type { ConnectionConfig, ConnectionOperation } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'

const any_arguments: JsonObject = { type: 'object' }

export function parametersOf({ parameters }: ConnectionOperation): JsonObject {
  return parameters ? { type: 'object', ...(parameters as JsonObject) } : any_arguments
}

export function isAllowed({ allowed_tools }: ConnectionConfig, tool: string): boolean {
  return !allowed_tools || allowed_tools.includes(tool)
}

const placeholder = /\{\{\s*secrets\.([A-Z_][A-Z0-9_]{0,63})\s*\}\}/g

export interface SecretPart {
  text: string
  is_value: boolean
}

/** The text around secrets and their values; a fault names a secret that is missing. */
export function fillSecretParts(
  text: string,
  secrets: ReadonlyMap<string, string>,
): { parts: SecretPart[]; fault: null } | { parts: null; fault: string } {
  const parts: SecretPart[] = []
  let at = 0
  for (const match of text.matchAll(placeholder)) {
    const [whole, name = ''] = match
    const value = secrets.get(name)
    if (value === undefined) return { parts: null, fault: `There is no secret with the name ${name}.` }
    parts.push({ text: text.slice(at, match.index), is_value: false }, { text: value, is_value: true })
    at = match.index + whole.length
  }
  parts.push({ text: text.slice(at), is_value: false })
  return { parts: parts.filter((part) => part.text !== ''), fault: null }
}
