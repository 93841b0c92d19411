// What a turn prints, from the events of a stream.
import { Readable, Writable } from 'node:stream'
import type { Client, TurnStreamEvent } from '@parley/sdk'
import { expect, it } from 'vitest'
import { tellTurn } from './tell-turn.ts'

/** Both streams in the order in which they are written, as on a terminal. */
async function printedBy(events: { event: TurnStreamEvent['event']; data: object }[]) {
  let printed = ''
  const stream = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        printed += chunk.toString()
        done()
      },
    })
  const client = { streamConversationMessage: () => Readable.from(events) } as unknown as Client
  const around = { stdin: Readable.from([]), stdout: stream(), stderr: stream(), exit_code: 0 }
  await tellTurn(client, { conversation_id: 'c', text: 'Hi' }, { shows_tools: true, onStarted: () => {} }, around)
  return printed
}

const delta = (text: string) => ({ event: 'message.delta' as const, data: { text } })
const asked = { event: 'tool_call.started' as const, data: { name: 'order', arguments: {} } }
const answered = { event: 'tool_call.completed' as const, data: { name: 'order', output: 'x', is_error: true } }
const completed = (data = {}) => ({ event: 'turn.completed' as const, data })

it('begins a new line before and after what tools do', async () => {
  expect(
    await printedBy([delta('One moment.'), asked, delta('Not found.'), answered, delta('Sorry.'), completed()]),
  ).toBe('One moment.\n→ order({})\nNot found.\n← order: failed: "x"\nSorry.\n')
})

it('names the sources that a reply refers to', async () => {
  const citations = [
    { number: 1, source_name: 'returns.md', url: null, page: null },
    { number: 2, source_name: 'terms.pdf', url: 'https://shop.example/terms.pdf', page: 3 },
  ]
  expect(await printedBy([delta('14 days [1], see [2].'), completed({ citations })])).toBe(
    '14 days [1], see [2].\n[1] returns.md\n[2] terms.pdf, page 3, https://shop.example/terms.pdf\n',
  )
})
