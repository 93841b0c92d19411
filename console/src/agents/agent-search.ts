// The search parameters of the list of agents and of an agent's page. Pure.
export const sections = [
  'purpose',
  'instructions',
  'rules',
  'knowledge',
  'abilities',
  'advanced',
  'json',
  'versions',
  /** Shown beside the others on wide screens. */
  'test',
] as const
export type SectionName = (typeof sections)[number]

export interface AgentSearch {
  section?: SectionName
  /** The version to view. Without it, the newest version, which can be edited. */
  version?: number
  /** The two versions to compare. */
  from?: number
  to?: number
}

function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined
}

function withoutUndefined<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}

export function readAgentSearch({ section, version, from, to }: Record<string, unknown>): AgentSearch {
  return withoutUndefined<AgentSearch>({
    section: sections.find((name) => name === section),
    version: readNumber(version),
    from: readNumber(from),
    to: readNumber(to),
  })
}

export interface AgentsSearch {
  name?: string
  active?: 'true' | 'false'
}

export function readAgentsSearch({ name, active }: Record<string, unknown>): AgentsSearch {
  return withoutUndefined<AgentsSearch>({
    name: typeof name === 'string' && name.trim() !== '' ? name.slice(0, 200) : undefined,
    active: active === 'true' || active === 'false' ? active : undefined,
  })
}
