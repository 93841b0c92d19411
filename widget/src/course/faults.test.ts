import { type HandledBy, handlers } from '../../../contract/src/hand-off/words.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Fault, makeWorld } from '../../test/support/fault-world.ts'

type Step =
  | { type: 'send'; tab: number }
  | { type: 'pass'; ms: number }
  | { type: 'kill'; tab: number }
  | { type: 'fail'; faults: Fault[] }
  | { type: 'people'; to: HandledBy | 'reply' }

const tab = fc.nat(1)
const people = { type: fc.constant('people' as const), to: fc.constantFrom(...handlers, 'reply' as const) }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('send' as const), tab }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.constantFrom(1, 300, 2000, 7000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('kill' as const), tab }) },
  { weight: 2, arbitrary: fc.record(people) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('fail' as const),
      faults: fc.array(fc.constantFrom<Fault>('none', 'lost_before', 'lost_after', 'unavailable', 'limited'), {
        minLength: 1,
        maxLength: 5,
      }),
    }),
  },
)

interface Given {
  tab?: number
  ms?: number
  faults?: Fault[]
  to?: HandledBy | 'reply'
}

test('B1, B2, B3: over 200 schedules of faults, with people who come, write and leave, no message is lost or doubled, none overtakes another of its tab, and there is one conversation', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 16 }), async (steps) => {
      const world = makeWorld()
      const tabs = [world.open(), world.open()]
      const written: string[] = []
      let replies = 0
      for (const { type, ...given } of steps) {
        const { tab: index = 0, ms = 0, faults = [], to = 'reply' } = given as Given
        if (type === 'send') {
          const text = `${index}:${written.length}`
          expect(tabs[index]!.chat.send(text)).toBe(true)
          written.push(text)
          await world.pass(1)
        } else if (type === 'pass') await world.pass(ms)
        else if (type === 'fail') world.faults.push(...faults)
        else if (type === 'people') {
          if (to === 'reply') world.reply(`reply ${(replies += 1)}`)
          else world.handOver(to)
        } else {
          tabs[index]!.kill()
          tabs[index] = world.open()
        }
      }
      world.faults.splice(0)
      await world.pass(120_000)
      const stored = world.messages.map(({ text }) => text)
      expect(stored.toSorted()).toEqual(written.toSorted())
      for (const own of ['0:', '1:']) {
        expect(stored.filter((text) => text.startsWith(own))).toEqual(written.filter((text) => text.startsWith(own)))
      }
      expect(world.conversations.length).toBe(written.length > 0 ? 1 : 0)
      for (const { chat, texts, lines } of tabs) {
        expect(texts()).toEqual(stored)
        // With what people wrote, and with who came and left, where it happened.
        expect(lines()).toEqual(world.lines)
        expect([chat.state.outbox, chat.state.sent]).toEqual([[], []])
      }
    }),
    { numRuns: 200 },
  )
})
