// Prepared statements: each has a name of its own, and names the organization that it is about, or says why it goes across them.

declare const made: unique symbol

/** Made here only. */
interface Prepared {
  readonly [made]: true
  readonly name: string
  readonly text: string
  /** So many calls of `lookUp` are one query, where their answers may be long. */
  readonly most?: number
}

/** A statement that is prepared once for each connection, and is about one organization, or answers each row with its own. */
export interface Statement extends Prepared {
  readonly across?: undefined
}

/** A statement about no organization, or all of them; a store does not run it. */
export interface AcrossStatement extends Prepared {
  /** Why. */
  readonly across: string
}

export type AnyStatement = Statement | AcrossStatement

const names = new Set<string>()
const organization = /\borganization_id\b|\borganizations\.id\b/

export function namesOrganization(text: string): boolean {
  return organization.test(text)
}

/** Throws at the start of the program where the text names no organization. */
export function statement(name: string, text: string, more: Pick<Statement, 'most'> = {}): Statement {
  if (!namesOrganization(text)) throw new Error(`the statement ${name} names no organization_id`)
  noteName(name)
  return { name, text, ...more } as Statement
}

/** For a statement that does not, and the reason. */
export function acrossOrganizations(
  reason: string,
  name: string,
  text: string,
  more: Pick<AcrossStatement, 'most'> = {},
): AcrossStatement {
  noteName(name)
  return { name, text, across: reason, ...more } as AcrossStatement
}

function noteName(name: string): void {
  if (names.has(name)) throw new Error(`two statements are named ${name}`)
  names.add(name)
}
