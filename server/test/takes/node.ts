// A server process that its parent holds, stops or kills at a pause point, and makes deaf to its notices. It speaks over IPC.
import { setTimeout as pass } from 'node:timers/promises'
import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/settings.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createLog } from '../../src/telemetry/log.ts'

export type Order =
  /** The next passing of the point lasts so long. */
  | { do: 'hold'; point: string; ms: number }
  /** At the next passing of the point the process stops, or dies. */
  | { do: 'strike'; point: string; signal: 'SIGSTOP' | 'SIGKILL' }
  /** Nothing that it tells other nodes is sent, until it is. */
  | { do: 'mute'; is_muted: boolean }
  | { do: 'end' }

export type Report = { url: string } | { held: string } | { struck: string }

const say = (report: Report) => void process.send!(report)

let orders: (Order & { do: 'hold' | 'strike' })[] = []

async function reached(point: string): Promise<void> {
  const order = orders.find((each) => each.point === point)
  if (!order) return
  orders = orders.filter((each) => each !== order)
  if (order.do === 'hold') {
    say({ held: point })
    return pass(order.ms)
  }
  // What was said over IPC leaves before the signal comes.
  await new Promise((sent) => process.send!({ struck: point } satisfies Report, sent))
  process.kill(process.pid, order.signal)
  if (order.signal === 'SIGKILL') await new Promise<never>(() => {})
}

const config = readConfig()
const log = createLog(config.log_level, { write: (line: string) => void process.stderr.write(line) })
const app = await startApp(config, log, { ...systemPorts, reached })

const { bus } = app.core.live
const publish = bus.publish.bind(bus)

process.on('message', (order: Order) => {
  switch (order.do) {
    case 'mute':
      bus.publish = order.is_muted ? async () => {} : publish
      return
    case 'end':
      void app[Symbol.asyncDispose]().then(() => process.disconnect())
      return
    default:
      orders.push(order)
  }
})
process.once('disconnect', () => process.exit())
say({ url: app.url })
