// The topics of the bus, each declared once, in the room that owns it. Nodes of two releases exchange a topic's name and the text of its
// payload. The name says the version of the payload, so a node ignores those that it does not know.

/** The text of a payload between nodes. */
export interface Codec<Payload> {
  encode(payload: Payload): string
  decode(text: string): Payload
}

export interface Topic<Payload> extends Codec<Payload> {
  readonly name: string
}

const names = new Set<string>()
const plain: Codec<string> = { encode: (text) => text, decode: (text) => text }

/**
 * Throws at the start of the program if the name is taken. A payload other than text needs a codec. One that changes gets the next version:
 * another topic, which is published beside the one before for a release.
 */
export function topic<Payload extends string>(name: string): Topic<Payload>
export function topic<Payload>(name: string, codec: Codec<Payload>, version?: number): Topic<Payload>
export function topic(name: string, codec: Codec<string> = plain, version = 1): Topic<string> {
  if (!/^[a-z_]+$/.test(name)) throw new Error(`the name of a topic is one word in small letters, not ${name}`)
  const versioned = version === 1 ? name : `${name}.${version}`
  if (names.has(versioned)) throw new Error(`two topics are named ${versioned}`)
  names.add(versioned)
  return { name: versioned, ...codec }
}
