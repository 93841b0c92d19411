// What `node:http` exports, without an import of it. An import reads each of its exports, and one of them loads Node's HTTP client:
// 25 ms of each start, and 13 MB. `server/test/process/loaded-at-start.test.ts` refuses that client.
export const { createServer } = process.getBuiltinModule('node:http')
