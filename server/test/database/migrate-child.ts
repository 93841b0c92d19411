// A process that migrates a database and kills itself after a statement: `node migrate-child.ts <url> <folder> <migration> <statement>`.
import { openDatabase } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'

const [connection_string = '', folder = '', name, statement] = process.argv.slice(2)
const database = openDatabase({
  connection_string,
  max_connections: 2,
  statement_timeout_ms: 30_000,
  onError: () => {},
})
await migrate(database, {
  folder,
  pause_ms: 10,
  reached: (migration, number) => {
    if (migration === name && number === Number(statement)) process.kill(process.pid, 'SIGKILL')
  },
})
await database.pool.end()
