// A process that attacks until it is told to stop, and then reports how its requests ended.
import { attacks } from './attacks.ts'
import type { Orders, Outcomes, Tally } from './target.ts'

const over = new AbortController()

async function attackAll({ target, clients, crowd }: Orders): Promise<Tally> {
  const tally: Tally = {}
  await Promise.all(
    Object.entries(attacks).map(async ([name, attack]) => {
      const outcomes: Outcomes = (tally[name] = {})
      const count = (outcome: string | number) => void (outcomes[outcome] = (outcomes[outcome] ?? 0) + 1)
      await attack({ target, clients, crowd, count, over: over.signal })
    }),
  )
  return tally
}

process.once('message', (orders) => {
  process.once('message', () => over.abort())
  void attackAll(orders as Orders).then((tally) => process.send!(tally, () => process.exit()))
})
process.once('disconnect', () => process.exit())
