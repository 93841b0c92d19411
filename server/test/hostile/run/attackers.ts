// A process that attacks until it is told to stop, and then reports how its requests ended.
import { attacks } from './attacks.ts'
import type { Orders, Outcomes, Tally } from './target.ts'

const over = new AbortController()

async function attackAll({ target, clients, crowd, only = Object.keys(attacks) }: Orders): Promise<Tally> {
  const tally: Tally = {}
  await Promise.all(
    only.map(async (name) => {
      const outcomes: Outcomes = (tally[name] = {})
      const count = (outcome: string | number) => void (outcomes[outcome] = (outcomes[outcome] ?? 0) + 1)
      await attacks[name]!({ target, clients, crowd, count, over: over.signal })
    }),
  )
  return tally
}

process.once('message', (orders) => {
  process.once('message', () => over.abort())
  void attackAll(orders as Orders).then((tally) => process.send!(tally, () => process.exit()))
})
process.once('disconnect', () => process.exit())
