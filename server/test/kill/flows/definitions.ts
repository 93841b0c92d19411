// The workflows of a run. Their steps send requests to a peer that counts them by their key.

/** Steps that send, and whether their requests may be repeated. */
export const sending: Readonly<Record<string, { method: string; repeats: boolean }>> = {
  post: { method: 'POST', repeats: false },
  put: { method: 'PUT', repeats: true },
  order: { method: 'POST', repeats: false },
  look: { method: 'GET', repeats: true },
}

/** Of the peer, which answers it later than the workflow may take. */
export const hanging = '/hang'
export const wait_seconds = 1

type Step = Record<string, unknown> & { id: string }

const manual: Step = { id: 'begin', type: 'trigger', config: { type: 'manual' } }
const pause: Step = { id: 'pause', type: 'wait', config: { duration: wait_seconds, unit: 'seconds' } }
const long: Step = { id: 'pause', type: 'wait', config: { duration: 1, unit: 'hours', resumable: true } }
const trigger = (id: string, config: object): Step => ({ id, type: 'trigger', config })
const output = (value: string): Step => ({
  ...{ id: 'end', type: 'output' },
  config: { output_data: [{ name: 'n', value }] },
})

/** Each leads to the next one, whatever comes of it. */
function chain(...steps: Step[]): { nodes: Step[] } {
  return {
    nodes: steps.map((step, at) => {
      const next = steps[at + 1]?.id
      if (!next) return step
      const ways = step['type'] === 'http' ? { default: next, error: next } : { default: next }
      return { ...step, next: ways }
    }),
  }
}

/** `peer`: its address. */
export function definitionsOf(peer: string) {
  const send = (id: string, n = '{{ input.n }}'): Step => {
    const { method } = sending[id]!
    const body = method === 'GET' ? {} : { body: { n } }
    return { id, type: 'http', config: { method, url: `${peer}/${id}`, ...body } }
  }
  const hang: Step = { id: 'hang', type: 'http', config: { url: `${peer}${hanging}` } }
  const once = (n: string, ...entries: Step[]) => {
    const { nodes } = chain(send('post', n), output(n))
    return { nodes: [...entries.map((entry) => ({ ...entry, next: { default: 'post' } })), ...nodes] }
  }
  const yearly = (_each: unknown, n: number) => trigger(`at${n}`, { type: 'timer', cron: '0 0 1 1 *', missed: 'all' })
  return {
    effects: chain(manual, send('post'), send('put'), pause, send('order'), send('look'), output('{{ input.n }}')),
    pausing: chain(manual, send('post'), long, send('order'), output('{{ pause.data }}')),
    lined: { ...chain(manual, pause, output('{{ input.n }}')), settings: { max_concurrent: 2 } },
    slow: {
      nodes: [{ ...manual, next: { default: 'hang' } }, { ...hang, next: { default: 'end' } }, output('{{ input.n }}')],
      settings: { timeout_seconds: 1 },
    },
    hooked: once('{{ input.body.n }}', trigger('hook', { type: 'webhook', dedupe: 'x-id' })),
    /** Of tools, and of what follows a conversation. */
    quick: once(
      '{{ input.n }}',
      trigger('tool', { type: 'ongoing_conversation' }),
      trigger('after', { type: 'post_call' }),
    ),
    before: chain(trigger('before', { type: 'pre_call' }), send('post'), {
      id: 'end',
      type: 'output',
      config: { output_data: { custom_metadata: { tier: 'gold' } } },
    }),
    listening: (agent_id: string) =>
      once('{{ input.event.id }}', trigger('on', { type: 'event', events: ['conversation.ended'], agent_id })),
    following: (agent_id: string) =>
      once('{{ input.conversation_id }}', trigger('on', { type: 'post_call', agent_ids: [agent_id] })),
    everyMinute: once('{{ input.scheduled_at }}', trigger('at', { type: 'timer', cron: '* * * * *' })),
    yearly: once('{{ input.scheduled_at }}', ...Array.from({ length: 10 }, yearly)),
  }
}
