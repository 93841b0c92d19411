import { describe, expect, test } from 'vitest'
import { Hold } from './hold.ts'

function start(held_at = 0) {
  let time = 0
  const told: string[] = []
  const hold = new Hold({ monotonic: () => time }, held_at, (text) => told.push(text))
  return { hold, told, pass: (ms: number) => (time += ms), renew: () => hold.renew(time) }
}

describe('H2: an attempt that was not renewed for 5 seconds', () => {
  test('holds its words back, and shows them in order once it is renewed', () => {
    const { hold, told, pass, renew } = start()
    hold.say('One ')
    pass(4999)
    hold.say('two ')
    pass(1)
    hold.say('three ')
    hold.say('four')
    expect(told).toEqual(['One ', 'two '])
    renew()
    hold.say('.')
    expect(told).toEqual(['One ', 'two ', 'three four', '.'])
  })

  test('also if it has only begun, but was granted its turn before that', () => {
    const { hold, told, renew } = start(-5000)
    hold.say('One')
    expect(told).toEqual([])
    renew()
    expect(told).toEqual(['One'])
  })

  test('is not made sure by an answer that is as old', () => {
    const { hold, told, pass } = start()
    pass(10_000)
    hold.say('x')
    hold.renew(4000)
    expect(told).toEqual([])
    hold.renew(9000)
    expect(told).toEqual(['x'])
  })

  test('waits with its calls, until it is renewed or stopped', async () => {
    const { hold, pass, renew } = start()
    const stop = new AbortController()
    await hold.isSure(stop.signal)
    pass(5000)
    let isDone = false
    const waiting = hold.isSure(stop.signal).then(() => (isDone = true))
    await Promise.resolve()
    expect(isDone).toBe(false)
    renew()
    await waiting
    pass(5000)
    const stopped = hold.isSure(stop.signal)
    stop.abort(new Error('gone'))
    await expect(stopped).rejects.toThrow('gone')
  })

  test('drops words that are stored by then', () => {
    const { hold, told, pass, renew } = start()
    pass(6000)
    hold.say('stored')
    hold.drop()
    renew()
    expect(told).toEqual([])
  })
})
