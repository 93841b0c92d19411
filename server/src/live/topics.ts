// The topics of the bus, each declared once, in the room that owns it. Nodes of different versions exchange a topic's name and the text
// of its payload, so these do not change.

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

/** Throws at the start of the program if the name is taken. A payload other than text needs a codec. */
export function topic<Payload extends string>(name: string): Topic<Payload>
export function topic<Payload>(name: string, codec: Codec<Payload>): Topic<Payload>
export function topic(name: string, codec: Codec<string> = plain): Topic<string> {
  if (names.has(name)) throw new Error(`two topics are named ${name}`)
  if (!/^[a-z_]+$/.test(name)) throw new Error(`the name of a topic is one word in small letters, not ${name}`)
  names.add(name)
  return { name, ...codec }
}
