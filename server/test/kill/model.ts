// The peers of a run's servers: a language model that answers in pieces, quotes its request, calls tools and sometimes
// fails, and the API that the tools call.
import { setTimeout as pass } from 'node:timers/promises'
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts'
import { type ToolPeer, answerJson, startToolPeer } from '../support/tool-peer.ts'
import { idempotent_tool } from './judge-tools.ts'
import { widget_tool } from './judge-widgets.ts'
import type { Random } from './random.ts'
import type { CalledModel, Executed } from './records.ts'

/** Counts every call that it received in `called`, and reports the number of the call as its input. */
export async function startLoadedModel(random: Random, called: CalledModel[]): Promise<ScriptedModel> {
  const model = await startScriptedModel()
  model.usageOf = ({ messages }) => {
    const said = messages.filter(({ role }) => role === 'user').map(({ content }) => String(content))
    called.push({ number: called.length + 1, said: said.at(-1) ?? '' })
    return { prompt_tokens: called.length, completion_tokens: 1 }
  }
  let answers = 0
  model.answer = ({ messages, tools }) => {
    // They are never read, and a long run has many.
    model.requests.length = 0
    answers += 1
    if (random.happens(0.05)) return 400
    if (random.happens(0.02)) return 503
    if (tools && random.happens(0.5)) {
      const tool_calls = Array.from({ length: random.between(1, 3) }, (_, index) => {
        const { name } = random.pick(tools).function
        const thing = `thing ${answers}.${index}`
        return { name, arguments: name === widget_tool ? { text: thing } : { what: thing } }
      })
      return { text: random.happens(0.5) ? `Step ${answers}. ` : '', tool_calls }
    }
    const asked = messages.findLast(({ role }) => role === 'user')
    const pieces = [`Answer ${answers} to `, String(asked?.content), ', word ', 'by ', 'word.']
    const pace_ms = random.pick([0, 5, 30, 100, 200])
    return say(pieces, pace_ms, random.happens(0.02))
  }
  return model
}

/** The model sets the pace: it takes most of the time of a turn. */
async function* say(pieces: string[], pace_ms: number, isBroken: boolean): AsyncGenerator<string> {
  for (const [index, piece] of pieces.entries()) {
    if (pace_ms > 0) await pass(pace_ms)
    if (isBroken && index === 2) throw new Error('the model broke off')
    yield piece
  }
}

/** Records every request, and answers with its key. */
export async function startLoadedPeer(random: Random, executed: Executed[]): Promise<ToolPeer> {
  const peer = await startToolPeer()
  peer.answer = ({ url, key = '' }, response) => {
    peer.requests.length = 0
    executed.push({ tool: url.slice(1), call_id: key })
    setTimeout(() => answerJson(response, { key }), random.pick([0, 0, 20, 200, 600]))
  }
  return peer
}

export function toolsOf({ url }: ToolPeer) {
  const tool = (name: string, idempotent: boolean) => ({
    name,
    description: 'Does something with a thing.',
    properties: { what: { type: 'string' } },
    required: ['what'],
    idempotent,
    actions: [{ type: 'http', method: 'POST', url: `${url}/${name}`, body: { what: '{{ what }}' } }],
  })
  return [tool(idempotent_tool, true), tool('order', false)]
}
