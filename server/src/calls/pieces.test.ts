import { beforeEach, expect, test } from 'vitest'
import { type Pieces, createPieces } from './pieces.ts'

let now = 0
let others = true
let timers: { at: number; call: () => void }[]
let pieces: Pieces
const ran: string[] = []

const clock = {
  monotonic: () => now,
  after(ms: number, call: () => void) {
    const timer = { at: now + ms, call }
    timers.push(timer)
    return () => void (timers = timers.filter((one) => one !== timer))
  },
}

beforeEach(() => {
  now = 0
  others = true
  timers = []
  ran.length = 0
  pieces = createPieces({ clock, hasOthers: () => others })
})

/** A piece that takes so long. */
async function run(owner: string, ms: number): Promise<void> {
  await pieces.begin(owner)
  ran.push(owner)
  now += ms
}

/** Also the end of a piece that began meanwhile. */
async function settled(): Promise<void> {
  for (let n = 0; n < 2; n += 1) await new Promise(setImmediate)
}

async function pass(ms: number): Promise<void> {
  now += ms
  for (const timer of timers.filter(({ at }) => at <= now)) {
    timers = timers.filter((one) => one !== timer)
    timer.call()
  }
  await settled()
}

test('beside others, a piece is followed by a pause of three times its length', async () => {
  const both = [run('loud', 20), run('loud', 20)]
  await settled()
  expect(ran).toEqual(['loud'])
  await pass(59)
  expect(ran).toEqual(['loud'])
  await pass(1)
  expect(ran).toEqual(['loud', 'loud'])
  await Promise.all(both)
})

test('alone, the next one begins as soon as everything else has run', async () => {
  others = false
  const all = Array.from({ length: 3 }, () => run('loud', 20))
  for (let n = 0; n < 3; n += 1) await settled()
  expect(ran).toEqual(['loud', 'loud', 'loud'])
  await Promise.all(all)
})

test('organizations take turns, however many pieces of one wait', async () => {
  const all = [...Array.from({ length: 5 }, () => run('loud', 1)), run('quiet', 1)]
  for (let n = 0; n < 10; n += 1) await pass(3)
  expect(ran.slice(0, 3)).toContain('quiet')
  await Promise.all(all)
})
