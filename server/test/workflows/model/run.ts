// `npm run test:model:workflows -- --sequences 10000 --seed 1`: many random sequences, and how often each event met each phase.
import { parseArgs } from 'node:util'
import { runSequences } from './sequences.ts'

const { values } = parseArgs({
  options: {
    sequences: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    path: { type: 'string' },
  },
})

const seed = Number(values.seed)
const started_at = performance.now()
const { sequences, cells } = runSequences({ sequences: Number(values.sequences), seed, path: values.path })
const seconds = Math.round((performance.now() - started_at) / 100) / 10
console.log(JSON.stringify({ seed, sequences, seconds, cells }, null, 2))
