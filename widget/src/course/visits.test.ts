// What becomes of a visit: who comes in, what is kept for later, what is forgotten, and when nothing is read.
import { describe, expect, test } from 'vitest'
import { makeWorld } from '../../test/support/fault-world.ts'

const hour_ms = 3_600_000

describe('B1: what was written', () => {
  test('before the server is there waits for a day, is then shown as not sent, and can be sent or discarded', async () => {
    const world = makeWorld()
    world.weather = 'unavailable'
    const { chat } = world.open()
    chat.send('keep me')
    chat.send('discard me')
    await world.pass(23 * hour_ms)
    expect(chat.state.outbox.map(({ fault }) => fault)).toEqual([undefined, undefined])
    await world.pass(2 * hour_ms)
    expect(chat.state.outbox.map(({ text, fault }) => [text, fault])).toEqual([
      ['keep me', 'old'],
      ['discard me', 'old'],
    ])
    world.weather = 'none'
    await world.pass(hour_ms)
    expect(world.messages).toEqual([])
    const [keep, drop] = chat.state.outbox.map(({ client_id }) => client_id)
    chat.discard(drop!)
    chat.sendAgain(keep!)
    await world.pass(60_000)
    expect(world.messages.map(({ text }) => text)).toEqual(['keep me'])
    expect([chat.state.outbox, world.conversations.length]).toEqual([[], 1])
  })

  test('in a browser that was killed is sent at a visit within a week, once, by itself; older ones wait for the visitor', async () => {
    for (const [days, stored] of [
      [6, ['remember me']],
      [8, []],
    ] as const) {
      const world = makeWorld()
      world.weather = 'lost_before'
      const first = world.open()
      first.chat.send('remember me')
      // The page keeps that there is something to come back for.
      expect(first.told).toContainEqual(['active', { isActive: true }])
      first.kill()
      await world.pass(days * 24 * hour_ms)
      world.weather = 'none'
      // Nobody opens the chat.
      const { chat } = world.open(false)
      void chat.resume()
      await world.pass(60_000)
      expect(world.messages.map(({ text }) => text)).toEqual(stored)
      expect(chat.state.outbox.map(({ fault }) => fault)).toEqual(days > 7 ? ['old'] : [])
    }
  })

  test('for a conversation that has ended is not sent, and can be sent in a new one', async () => {
    const world = makeWorld()
    const { chat } = world.open()
    chat.send('one')
    await world.pass(1000)
    world.weather = 'lost_before'
    chat.send('two')
    await world.pass(100)
    world.end()
    world.weather = 'none'
    await world.pass(60_000)
    expect(chat.state.outbox.map(({ text, fault }) => [text, fault])).toEqual([['two', 'over']])
    chat.sendAgain(chat.state.outbox[0]!.client_id)
    await world.pass(10_000)
    expect(world.messages.map(({ text }) => text)).toEqual(['one', 'two'])
    expect([world.conversations.length, chat.state.outbox]).toEqual([2, []])
  })

  test('is counted down to where the server asks to wait, and sent then', async () => {
    const world = makeWorld()
    const { chat } = world.open()
    chat.send('one')
    await world.pass(1000)
    world.retry_after = 20
    world.faults.push('limited')
    chat.send('two')
    await world.pass(100)
    expect(chat.state.refusal).toMatchObject({ text: 'fault_busy' })
    await world.pass(19_000)
    expect(world.messages).toHaveLength(1)
    await world.pass(2000)
    expect(world.messages).toHaveLength(2)
    expect(chat.state.refusal).toBeNull()
  })
})

describe('B1: what a tab wrote that is gone', () => {
  test('is sent by another one, within seconds', async () => {
    const world = makeWorld()
    const [first, second] = [world.open(), world.open()]
    await world.pass(1000)
    world.weather = 'lost_before'
    first.chat.send('from the dead')
    await world.pass(100)
    first.kill()
    world.weather = 'none'
    await world.pass(10_000)
    expect(world.messages.map(({ text }) => text)).toEqual(['from the dead'])
    expect(second.texts()).toEqual(['from the dead'])
  })

  test('for a conversation that it planned goes to the one that has begun meanwhile', async () => {
    const world = makeWorld()
    const [first, second] = [world.open(), world.open()]
    first.chat.send('one')
    await world.pass(5000)
    const planned = { client_id: 'x', conversation_id: 'planned', is_planned: true, text: 'two', at: 1, order: 1 }
    world.kept.set('out:x', JSON.stringify(planned))
    first.chat.discard('none')
    await world.pass(10_000)
    expect(second.texts()).toEqual(['one', 'two'])
    expect([world.conversations.length, second.chat.state.outbox]).toEqual([1, []])
  })
})

describe('B3: who comes in', () => {
  test('asks for one start, although a press and a message ask for it at once', async () => {
    const world = makeWorld()
    const { chat } = world.open()
    await world.pass(1000)
    void chat.start()
    chat.send('one')
    await world.pass(1000)
    expect([world.starts, world.messages.length]).toEqual([1, 1])
  })

  test('tabs that open for the first time at once are one visitor with one conversation', async () => {
    const world = makeWorld()
    const tabs = [world.open(), world.open(), world.open()]
    await Promise.all(tabs.map(({ chat }) => chat.start()))
    await world.pass(10_000)
    expect([world.guests, world.conversations.length]).toEqual([1, 1])
    expect(new Set(tabs.map(({ chat }) => chat.state.conversation_id)).size).toBe(1)
  })

  test('also where the answer takes so long that the second does not wait for the first', async () => {
    const world = makeWorld()
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    world.held = first.promise
    const tabs = [world.open(), world.open()]
    tabs[0]!.chat.send('one')
    await world.pass(4900)
    world.held = second.promise
    await world.pass(300)
    world.held = null
    first.resolve()
    await world.pass(3000)
    expect(world.messages.map(({ text }) => text)).toEqual(['one'])
    second.resolve()
    await world.pass(3000)
    tabs[1]!.chat.send('two')
    await world.pass(3000)
    // A later page comes in as the guest whom the browser keeps.
    tabs.push(world.open())
    await world.pass(3000)
    expect(world.conversations.length).toBe(1)
    for (const tab of tabs) expect(tab.texts()).toEqual(['one', 'two'])
  })
})

describe('B6: who is signed in', () => {
  test('is whose conversation begins, also if both are asked for at once', async () => {
    const world = makeWorld()
    const { chat } = world.open()
    await world.pass(1000)
    void chat.identify({ token: 'ada' })
    chat.send('one')
    await world.pass(10_000)
    expect([world.owners, world.messages.length, world.starts]).toEqual([['ada'], 1, 1])
  })

  test('leaves nothing unsent for the next user, nor what was shown', async () => {
    const world = makeWorld()
    const { chat, told, texts } = world.open()
    void chat.identify({ token: 'ada' })
    chat.send('of ada')
    await world.pass(10_000)
    world.weather = 'lost_before'
    chat.send('unsent, of ada')
    await world.pass(100)
    world.weather = 'none'
    void chat.identify({ token: 'eve' })
    await world.pass(10_000)
    expect([texts(), chat.state.outbox, chat.state.visitor?.user_id]).toEqual([[], [], 'eve'])
    expect(told.some(([name]) => name === 'forgotten')).toBe(true)
    expect(world.messages.map(({ text }) => text)).toEqual(['of ada'])
  })
})

test('a conversation token is renewed before it ends', async () => {
  const world = makeWorld()
  const { chat } = world.open()
  chat.send('one')
  await world.pass(5 * hour_ms)
  chat.send('two')
  await world.pass(1000)
  expect(world.messages.map(({ text }) => text)).toEqual(['one', 'two'])
  expect(world.expired).toBe(0)
})

describe('B6: after logout', () => {
  test('an entrance that was under way leaves no token', async () => {
    const world = makeWorld()
    const held = Promise.withResolvers<void>()
    world.held = held.promise
    const { chat } = world.open()
    await world.pass(100)
    chat.logout()
    world.held = null
    held.resolve()
    await world.pass(60_000)
    expect([chat.state.visitor, [...world.storage.keys()]]).toEqual([null, []])
  })

  test('what was under way is nobody’s: no conversation, no token, nothing written', async () => {
    const world = makeWorld()
    const { chat } = world.open()
    await world.pass(1000)
    const held = Promise.withResolvers<void>()
    world.held = held.promise
    chat.send('of the user before')
    void chat.start()
    await world.pass(100)
    expect(world.conversations).toHaveLength(1)
    chat.logout()
    world.held = null
    held.resolve()
    await world.pass(60_000)
    expect(chat.state).toMatchObject({ conversation_id: null, visitor: null, outbox: [], connection: 'open' })
    expect([...world.storage.keys()]).toEqual([])
    expect(world.conversations).toHaveLength(1)
  })

  test('every tab forgets', async () => {
    const world = makeWorld()
    const tabs = [world.open(), world.open()]
    tabs[0]!.chat.send('one')
    await world.pass(5000)
    expect(tabs.map(({ texts }) => texts())).toEqual([['one'], ['one']])
    tabs[1]!.chat.logout()
    await world.pass(10_000)
    expect(tabs.map(({ texts }) => texts())).toEqual([[], []])
    expect(tabs.map(({ told }) => told.some(([name]) => name === 'forgotten'))).toEqual([true, true])
    expect([...world.storage.keys()]).toEqual([])
    expect(world.reading).toBe(0)
  })
})

describe('B4: the stream', () => {
  test('is read by one tab for all, by the next if that one dies, and by none while none is seen', async () => {
    const world = makeWorld()
    const tabs = [world.open(), world.open(), world.open()]
    tabs[0]!.chat.send('one')
    await world.pass(10_000)
    expect(world.reading).toBe(1)
    expect(tabs.map(({ texts }) => texts())).toEqual([['one'], ['one'], ['one']])
    tabs.shift()!.kill()
    await world.pass(10_000)
    expect(world.reading).toBe(1)
    tabs[1]!.chat.send('two')
    await world.pass(10_000)
    expect(tabs.map(({ texts }) => texts())).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ])
    for (const tab of tabs) tab.hide(true)
    await world.pass(59_000)
    expect(world.reading).toBe(1)
    await world.pass(2000)
    expect(world.reading).toBe(0)
    tabs[0]!.hide(false)
    await world.pass(1000)
    expect(world.reading).toBe(1)
  })

  test('is asked for again where a message between tabs was lost', async () => {
    const world = makeWorld()
    const tabs = [world.open(), world.open()]
    tabs[0]!.chat.send('one')
    await world.pass(10_000)
    world.deaf = 2
    tabs[0]!.chat.send('two')
    await world.pass(10_000)
    tabs[0]!.chat.send('three')
    await world.pass(1000)
    expect(tabs.map(({ texts }) => texts())).toEqual([
      ['one', 'two', 'three'],
      ['one', 'two', 'three'],
    ])
  })

  test('that is over is not looked for again, and the page learns of it', async () => {
    const world = makeWorld()
    const { chat, told, hide } = world.open()
    chat.send('one')
    await world.pass(1000)
    world.end()
    await world.pass(60_000)
    expect([world.reading, chat.state.view.ended?.reason, chat.state.connection]).toEqual([0, 'inactivity', 'open'])
    hide(true)
    await world.pass(1000)
    hide(false)
    await world.pass(60_000)
    expect([world.reading, chat.state.connection]).toEqual([0, 'open'])
    expect(told.filter(([name]) => name === 'conversation_ended')).toHaveLength(1)
    expect(told.findLast(([name]) => name === 'active')).toEqual(['active', { isActive: false }])
  })
})
