// The server of a run in a process of its own, whose parent asks for its memory use. It ends with its parent.
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startApp } from '../../../src/app.ts'
import { readConfig } from '../../../src/settings.ts'
import { systemPorts } from '../../../src/base/ports.ts'
import { createLog } from '../../../src/telemetry/log.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const config = readConfig()
// Every request is logged, as in production; the log is not read here.
const log = createLog(config.log_level, { write: () => true })
const app = await startApp(config, log, systemPorts)

process.on('message', (asked) => {
  if (asked === 'collected memory') collectGarbage()
  const { rss, external } = process.memoryUsage()
  process.send!({ rss, held: getHeapStatistics().used_heap_size + external })
})
process.once('disconnect', () => process.exit(1))
process.once('SIGTERM', () => void app[Symbol.asyncDispose]().then(() => process.exit(0)))
process.send!({ url: app.url })
