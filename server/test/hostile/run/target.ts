// What the attackers of a run know: the server's address, and what a hostile organization has.

export const keyUses = [
  'imports',
  'versions',
  'comparisons',
  'templates',
  'names',
  'messages',
  'filters',
  'bodies',
  'definitions',
  'expressions',
  'codes',
] as const
export type KeyUse = (typeof keyUses)[number]

export interface Target {
  url: string
  /** Keys of the loud organization, one for each of its attacks, so that no limit of one credential ends them all. */
  keys: Record<KeyUse, string>
  organization_id: string
  /** A personal access token of one of its viewers. */
  viewer_token: string
  agent_id: string
  /** Two versions whose comparison takes as long as possible. */
  versions: [number, number]
  /** With a long transcript, and a conversation token that may read it. */
  conversation_id: string
  conversation_token: string
  /** Their names are looked up at a name server that never answers. */
  webhook_ids: string[]
}

/** How the answers of an attack ended: a status, or how the connection failed. */
export type Outcomes = Record<string, number>

/** The attackers' report when they are done, by attack. */
export type Tally = Record<string, Outcomes>

/** What the driver tells the attackers. */
export interface Orders {
  target: Target
  /** Names of attacks; absent: all. */
  only?: readonly string[]
  clients: number
  crowd: number
}
