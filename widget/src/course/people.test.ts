// What a visitor sees of people, and what is asked and told of them.
import { describe, expect, test } from 'vitest'
import { type World, makeWorld } from '../../test/support/fault-world.ts'
import { giveFeedback } from './feedback.ts'
import { peopleOf, refusalOf, waitsForPerson } from './people.ts'
import { type View, emptyView, hear } from './view.ts'

const recorded = (view: View, event: string, data: object): View =>
  hear(view, { event, id: view.last + 1, data: { occurred_at: '2026-01-01T00:00:00Z', data } })

async function talk(): Promise<{ world: World; tab: ReturnType<World['open']> }> {
  const world = makeWorld()
  const tab = world.open()
  tab.chat.send('Hello')
  await world.pass(1000)
  return { world, tab }
}

describe('the view', () => {
  test('tells people from the agent, by the name that is shown, and keeps who answers', () => {
    let view = recorded(emptyView, 'conversation.handoff_requested', { cut_turn_id: 't' })
    expect([view.handled_by, view.items[0]]).toMatchObject(['queue', { kind: 'change', to: 'queue', turn_id: 't' }])
    view = recorded(view, 'conversation.taken', { assignee: { name: 'Ada' }, cut_turn_id: null })
    expect([view.handled_by, view.items[1]]).toMatchObject(['person', { to: 'person', name: 'Ada', turn_id: null }])
    const author = { type: 'user', id: null, name: 'Ada', external: false }
    view = recorded(view, 'message.created', { id: 'm', role: 'assistant', content: ['Good day'], author })
    expect(view.items[2]).toMatchObject({ role: 'person', name: 'Ada', text: 'Good day' })
    const system = { type: 'system', id: null, name: null, external: false }
    view = recorded(view, 'message.created', { id: 'n', role: 'assistant', content: ['Wait'], author: system })
    expect(view.items[3]).toMatchObject({ role: 'assistant', name: null })
    view = recorded(view, 'conversation.returned', { from: { name: 'Ada' } })
    expect([view.handled_by, view.items[4]]).toMatchObject(['agent', { to: 'agent' }])
    // What the model is told is not for visitors, and nothing else has a role.
    for (const role of ['system', '__proto__', undefined])
      expect(recorded(view, 'message.created', { role, content: ['x'] }).items).toBe(view.items)
  })

  test('a person who writes is seen until the message is there, a change comes, or it ends; a visitor’s own is not', () => {
    const typing = (by: object, is = true) => hear(emptyView, { event: 'typing', data: { by, typing: is } })
    const ada = { type: 'user', id: null, name: 'Ada' }
    expect(typing({ type: 'end_user', id: null, name: null })).toBe(emptyView)
    const view = typing(ada)
    expect(view.typing).toEqual({ name: 'Ada' })
    expect(typing(ada, false).typing).toBeNull()
    const said = (author: object) =>
      recorded(view, 'message.created', { id: 'm', role: 'assistant', content: ['x'], author }).typing
    expect([said({ type: 'agent' }), said({ type: 'user', name: 'Ada' })]).toEqual([{ name: 'Ada' }, null])
    expect(recorded(view, 'conversation.returned', {}).typing).toBeNull()
    expect(recorded(view, 'conversation.ended', {}).typing).toBeNull()
  })

  test('at the end it knows whether to ask for a rating', () => {
    const asks = (ask_satisfaction?: boolean) => recorded(emptyView, 'conversation.ended', { ask_satisfaction }).ended
    expect([asks(true), asks(false), asks()].map((ended) => ended!.asks_rating)).toEqual([true, false, false])
  })
})

describe('asking for a person', () => {
  test('and going back to the agent while it waits', async () => {
    const { world, tab } = await talk()
    const people = peopleOf(tab.chat)
    await Promise.all([people.ask('handoff'), people.ask('handoff'), world.pass(1000)])
    expect(tab.lines()).toEqual(['Hello', '→ queue'])
    expect(waitsForPerson(tab.chat.state)).toBe(true)
    await Promise.all([people.ask('return'), world.pass(1000)])
    expect(tab.lines()).toEqual(['Hello', '→ queue', '→ agent'])
    expect([waitsForPerson(tab.chat.state), tab.chat.state.people.refusal]).toEqual([false, null])
  })

  test('an answer that is lost is said, and the same can be asked again', async () => {
    const { world, tab } = await talk()
    const people = peopleOf(tab.chat)
    world.faults = ['lost_after']
    await Promise.all([people.ask('handoff'), world.pass(1)])
    expect(tab.chat.state.people.refusal).toEqual({ text: 'person_failed', opens_at: null, asked: 'handoff' })
    await Promise.all([people.ask('handoff'), world.pass(20_000)])
    expect(tab.lines()).toEqual(['Hello', '→ queue'])
    expect(tab.chat.state.people.refusal).toBeNull()
  })

  test.each([
    [{ code: 'handoff_limit_reached' }, { text: 'person_limit', opens_at: null }],
    [
      { code: 'nobody_available', opens_at: null },
      { text: 'person_nobody', opens_at: null },
    ],
    [
      { code: 'nobody_available', opens_at: '2026-01-02T08:00:00Z' },
      { text: 'person_closed', opens_at: '2026-01-02T08:00:00Z' },
    ],
    [{ code: 'handoff_not_supported' }, { text: 'person_failed', opens_at: null }],
    [{ code: 'conversation_taken' }, null],
  ])('refused with %j', async (refusal, shown) => {
    const { world, tab } = await talk()
    world.refusal = refusal
    await Promise.all([peopleOf(tab.chat).ask('handoff'), world.pass(1)])
    expect(tab.chat.state.people.refusal ?? null).toEqual(shown && { ...shown, asked: 'handoff' })
    expect(tab.told).toContainEqual(['error', { code: refusal.code }])
  })

  test('a server that gives no answer is not a refusal of the person', () => {
    expect(refusalOf('return', null)).toMatchObject({ text: 'person_failed', asked: 'return' })
  })
})

describe('the queue', () => {
  test('is read while it waits and is seen, and no longer when a person is there and goes on', async () => {
    const { world, tab } = await talk()
    peopleOf(tab.chat)
    await world.pass(60_000)
    expect(world.reads).toBe(0)
    world.queue = { position: 3, estimated_wait_seconds: 240 }
    world.handOver('queue')
    await world.pass(1000)
    expect(tab.chat.state.people.queue).toEqual({ position: 3, estimated_wait_seconds: 240 })
    world.queue = { position: 1, estimated_wait_seconds: null }
    await world.pass(15_000)
    expect(tab.chat.state.people.queue).toEqual({ position: 1, estimated_wait_seconds: null })
    tab.hide(true)
    const { reads } = world
    await world.pass(40_000)
    expect(world.reads).toBe(reads)
    tab.hide(false)
    world.queue = null
    world.handOver('person')
    await world.pass(1000)
    expect([tab.chat.state.people.queue, waitsForPerson(tab.chat.state)]).toEqual([null, false])
    // It is passed on to somebody else, of which visitors have no event.
    world.passOn()
    await world.pass(15_000)
    expect(waitsForPerson(tab.chat.state)).toBe(true)
    world.handOver('agent')
    await world.pass(1000)
    const before = world.reads
    await world.pass(60_000)
    expect(world.reads).toBe(before)
  })

  test('an answer that is older than a change says nothing', async () => {
    const { world, tab } = await talk()
    peopleOf(tab.chat)
    let release = () => {}
    world.queue = { position: 1, estimated_wait_seconds: null }
    world.handOver('queue')
    world.held = new Promise((resolve) => (release = resolve))
    await world.pass(1)
    world.queue = null
    world.handOver('person')
    await world.pass(1)
    world.held = null
    release()
    await world.pass(1)
    expect([tab.chat.state.people.queue, waitsForPerson(tab.chat.state)]).toEqual([null, false])
  })
})

describe('writing', () => {
  test('a person’s lapses after 6 s without another word of it', async () => {
    const { world, tab } = await talk()
    peopleOf(tab.chat)
    world.handOver('person')
    world.type(true)
    await world.pass(4000)
    world.type(true)
    await world.pass(4000)
    const isSeen = () => tab.chat.state.view.typing !== tab.chat.state.people.lapsed
    expect([tab.chat.state.view.typing, isSeen()]).toEqual([{ name: 'Ada' }, true])
    await world.pass(2500)
    expect(isSeen()).toBe(false)
    world.type(true)
    await world.pass(1)
    expect(isSeen()).toBe(true)
  })

  test('the visitor’s is told while people answer, at most every 4 s, and never what it says', async () => {
    const { world, tab } = await talk()
    const people = peopleOf(tab.chat)
    people.write(true)
    await world.pass(1)
    expect(world.presence).toEqual([])
    world.handOver('person')
    await world.pass(1)
    for (let count = 0; count < 5; count += 1) {
      people.write(true)
      await world.pass(1000)
    }
    people.write(false)
    people.write(false)
    await world.pass(1)
    expect(world.presence).toEqual(['typing', 'typing', 'idle'])
    world.handOver('agent')
    await world.pass(1)
    people.write(true)
    await world.pass(1)
    expect(world.presence).toHaveLength(3)
  })
})

test('the rating that the agent asks for is given once, where the widget asks for none', async () => {
  const { world, tab } = await talk()
  world.end(true)
  await world.pass(1)
  expect(tab.chat.state.view.ended?.asks_rating).toBe(true)
  world.faults = ['lost_before']
  await Promise.all([giveFeedback(tab.chat.parts, 4, null, false), world.pass(1)])
  expect([tab.chat.state.feedback, world.ratings]).toEqual(['open', []])
  await Promise.all([giveFeedback(tab.chat.parts, 4, null, false), world.pass(1)])
  expect([tab.chat.state.feedback, world.ratings]).toEqual(['given', [4]])
  expect(tab.told).toContainEqual(['feedback', { conversation_id: tab.chat.state.conversation_id, rating: 4 }])
})
