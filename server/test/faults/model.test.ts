// A model that stays unavailable and has a fallback; model.long.test.ts fails each call of a conversation.
import { expect, test } from 'vitest'
import { publishAgent } from '../support/server.ts'
import { openLanes } from './lanes.ts'
import { limit, llm } from './model.ts'
import { Talk, echo } from './talk.ts'
import { faultsOf } from './faults-of.ts'

const onLane = openLanes()

test('a model that stays unavailable is replaced by its fallback', limit, async () => {
  await onLane(async (lane) => {
    const fallbacks = [{ provider: 'openai', model: 'second' }]
    const { agent_id } = await publishAgent(lane.server.client, { llm: { ...llm, fallbacks } })
    const talk = await Talk.begin(lane, { agent_id })
    const asked: string[] = []
    lane.server.model.answer = (request) => {
      asked.push(request.model)
      return request.model === 'second' ? echo(request) : null
    }
    expect((await talk.send('First')).reply?.reply).toBe('Reply to First')
    expect(asked).toEqual(['scripted', 'scripted', 'scripted', 'second'])
    expect(await faultsOf(talk)).toEqual([])
  })
})
