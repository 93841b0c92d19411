// The minimum for steps that follow each other durably: chains of empty jobs of graphile-worker, each of which adds the next one. Starts
// `chains` of `length` when it is asked over HTTP, and answers with the seconds that all of them took.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { Logger, run } from 'graphile-worker'
import { announce } from './programs.ts'

const [connectionString, concurrency] = process.argv.slice(2) as [string, string]
let open = 0
let finish = () => {}

const runner = await run({
  connectionString,
  concurrency: Number(concurrency),
  maxPoolSize: 20,
  noHandleSignals: true,
  logger: new Logger(() => () => {}),
  taskList: {
    async link(payload, { addJob }) {
      const { left } = payload as { left: number }
      if (left > 1) return void (await addJob('link', { left: left - 1 }))
      open -= 1
      if (open === 0) finish()
    },
  },
})

const server = createServer((request, response) => {
  const asked = new URL(request.url!, 'http://localhost').searchParams
  void (async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    finish = resolve
    open = Number(asked.get('chains'))
    const began_at = performance.now()
    const chains = Array.from({ length: open }, () => runner.addJob('link', { left: Number(asked.get('length')) }))
    await Promise.all([promise, ...chains])
    response.end(String((performance.now() - began_at) / 1000))
  })()
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
announce(server)
