// What is measured of costs.
import { type Counter, type Metrics, createNames } from '../telemetry/metrics.ts'
import type { NoteCost } from './move.ts'

export const model_cost: Counter<'provider' | 'model'> = {
  name: 'parley_cost_total',
  help: 'What the calls cost that this server has counted, in the currency of the server.',
  labels: ['provider', 'model'],
}

/** The first hundred models have a name of their own. */
export function measureCost(metrics: Metrics): NoteCost {
  const nameOf = createNames()
  return ({ provider, model, cost }) => {
    const id = `${provider ?? 'none'}/${model ?? 'none'}`
    const isNamed = nameOf(id) === id
    metrics.count(model_cost, { provider: provider ?? 'none', model: isNamed ? (model ?? 'none') : 'other' }, cost)
  }
}
