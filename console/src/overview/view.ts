// What the overview shows, read from its address: a time range and an agent. Pure.

/** The last days, or the last 24 hours. */
export const presets = ['24h', '7d', '30d', '90d'] as const
export type Preset = (typeof presets)[number]

export interface View {
  /** Without it: seven days, unless `from` is given. */
  range?: Preset
  /** A custom range. */
  from?: string
  to?: string
  agent_id?: string
}

/** Reads an address, and leaves out what makes no valid range. */
export function readView(search: Record<string, unknown>): View {
  const agent = typeof search['agent_id'] === 'string' ? search['agent_id'].slice(0, 512) : ''
  const agent_id = agent === '' ? {} : { agent_id: agent }
  const [from, to] = [readTime(search['from']), readTime(search['to'])]
  if (from !== null && to !== null && from < to) {
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...agent_id }
  }
  const range = presets.find((preset) => preset === search['range'])
  return { ...(range ? { range } : {}), ...agent_id }
}

function readTime(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}

export const presetOf = ({ range, from }: View): Preset | 'own' => (from === undefined ? (range ?? '7d') : 'own')

const [hour_ms, day_ms] = [3_600_000, 86_400_000]
const buckets: Record<Preset, { size_ms: number; count: number }> = {
  '24h': { size_ms: hour_ms, count: 24 },
  '7d': { size_ms: day_ms, count: 7 },
  '30d': { size_ms: day_ms, count: 30 },
  '90d': { size_ms: day_ms, count: 90 },
}

export interface Times {
  from: string
  to: string
}

/** Whole buckets. The last bucket of a preset is the current one. */
export function timesOf(view: View, now_ms: number): Times {
  const preset = presetOf(view)
  if (preset === 'own') return { from: view.from!, to: view.to! }
  const { size_ms, count } = buckets[preset]
  const to = (Math.floor(now_ms / size_ms) + 1) * size_ms
  return { from: new Date(to - count * size_ms).toISOString(), to: new Date(to).toISOString() }
}

/** The period before, of the same length. */
export function timesBefore({ from, to }: Times): Times {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  return { from: new Date(2 * start - end).toISOString(), to: new Date(start).toISOString() }
}

/** The inbox filter for conversations that started in this period. The inbox includes both ends. */
export function createdWithin({ from, to }: Times): { created_after: string; created_before: string } {
  return {
    created_after: new Date(Date.parse(from)).toISOString(),
    created_before: new Date(Date.parse(to) - 1).toISOString(),
  }
}
