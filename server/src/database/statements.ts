// Prepared statements: each has a unique name, and either names the organization that it concerns or gives a reason not to.

declare const made: unique symbol

/** Only created here. */
interface Prepared {
  readonly [made]: true
  readonly name: string
  readonly text: string
  /** Maximum calls of `lookUp` in one query, for statements with large results. */
  readonly most?: number
  /**
   * Planned each time, not kept prepared: it concerns many rows at once, and a plan made when its tables were small would read
   * them from end to end until they are analyzed.
   */
  readonly replanned?: boolean
}

type More = Pick<Prepared, 'most' | 'replanned'>

/** A statement that is prepared once per connection, and concerns one organization or returns each row's own organization. */
export interface Statement extends Prepared {
  readonly across?: undefined
}

/** A statement about no organization or all of them. A store does not run it. */
export interface AcrossStatement extends Prepared {
  /** The reason for not naming an organization. */
  readonly across: string
}

export type AnyStatement = Statement | AcrossStatement

const names = new Set<string>()
const organization = /\borganization_id\b|\borganizations\.id\b/

export function namesOrganization(text: string): boolean {
  return organization.test(text)
}

/** Throws at the start of the program if the text names no organization. */
export function statement(name: string, text: string, more: More = {}): Statement {
  if (!namesOrganization(text)) throw new Error(`the statement ${name} does not name organization_id`)
  noteName(name)
  return { name, text, ...more } as Statement
}

/** For statements that do not name an organization, with the reason. */
export function acrossOrganizations(reason: string, name: string, text: string, more: More = {}): AcrossStatement {
  noteName(name)
  return { name, text, across: reason, ...more } as AcrossStatement
}

function noteName(name: string): void {
  if (names.has(name)) throw new Error(`two statements have the name ${name}`)
  names.add(name)
}
