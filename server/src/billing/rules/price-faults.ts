// What is wrong with a price. Pure.
import type { PriceInput } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'

/** Kinds whose calls have a model, and are counted in tokens. */
const of_models: readonly string[] = ['model_call', 'embedding']

export function findPriceFaults(price: PriceInput): FieldFault[] {
  const { kind, model, input, output, unit_price, tiers = [] } = price
  const faults: FieldFault[] = []
  const hasModel = of_models.includes(kind)
  if (hasModel && model == null) faults.push({ path: 'model', message: `is needed for ${kind}` })
  if (hasModel && input == null && unit_price == null) faults.push({ path: 'input', message: `is needed for ${kind}` })
  if (kind === 'model_call' && input != null && output == null)
    faults.push({ path: 'output', message: 'is needed beside input' })
  if (!hasModel && unit_price == null) faults.push({ path: 'unit_price', message: `is needed for ${kind}` })
  const above = tiers.map(({ above_input_tokens }) => above_input_tokens)
  if (new Set(above).size < above.length) faults.push({ path: 'tiers', message: 'must differ in above_input_tokens' })
  return faults
}
