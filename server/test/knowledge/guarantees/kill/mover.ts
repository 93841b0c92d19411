// `parley blobs move` in a process of its own that kills itself at a pause point. Arguments: the store, the point, which passing of it.
import { systemPorts } from '../../../../src/base/ports.ts'
import { createBlobs } from '../../../../src/blobs/blobs.ts'
import { moveBlobs } from '../../../../src/blobs/move.ts'
import { openDatabase } from '../../../../src/database/database.ts'
import { readConfig } from '../../../../src/settings.ts'
import { createLog } from '../../../../src/telemetry/log.ts'

const [to, point, nth = '1'] = process.argv.slice(2)
let passed = 0

function reached(name: string): void {
  if (name === point && (passed += 1) === Number(nth)) process.kill(process.pid, 'SIGKILL')
}

process.stdin.once('end', () => process.exit(1)).resume()

const config = readConfig()
const ports = { ...systemPorts, reached }
const log = createLog('silent')
await using blobs = createBlobs({ config, ports, log })
const database = openDatabase({
  connection_string: config.database_url!,
  max_connections: 2,
  statement_timeout_ms: 30_000,
  onError: () => {},
})
try {
  await moveBlobs({ database, blobs, ports, log, to: to as 'postgres' | 's3' })
} finally {
  await database.pool.end()
  process.stdin.destroy()
}
