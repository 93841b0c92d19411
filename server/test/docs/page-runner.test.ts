// The runner of pages finds what is wrong in a page. A small server answers it.
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeBlocks } from './markdown.ts'
import { PageRunner } from './page-runner.ts'

const server = createServer((request, response) => {
  const isThere = request.url !== '/missing'
  response.writeHead(isThere ? 200 : 404, { 'content-type': 'application/json' })
  response.end(isThere ? '{"id":"a","count":1,"items":[]}' : '{"detail":"Not found"}')
})
let folder: string
let url: string

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = await mkdtemp(join(tmpdir(), 'parley-page-'))
  await chmod(folder, 0o711)
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'data', 'admin-key'), 'ak_test')
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true, force: true })
})

async function follow(page: string): Promise<void> {
  await using runner = await PageRunner.start({ folder, url, database_url: '', readBanner: () => '', patience_ms: 300 })
  for (const block of codeBlocks(page)) await runner.runBlock(block)
}

const call = '```sh\ncurl -s http://127.0.0.1:8080/there\n```\n'

describe('P12: a page fails', () => {
  test.each([
    ['with a command that is not there', '```sh\nno-such-command\n```\n', 'not found'],
    ['with a command that fails', '```sh\nfalse\n```\n', 'Command failed'],
    ['when an earlier command of a block fails', '```sh\nfalse\necho done\n```\n', 'Command failed'],
    ['with a call that is refused', '```sh\ncurl -s http://127.0.0.1:8080/missing\n```\n', 'returned 404'],
    [
      'with a call that has another status than it says',
      '```sh answers 409\ncurl -s http://127.0.0.1:8080/missing\n```\n',
      '404',
    ],
    [
      'with a call that it says is refused and is not',
      '```sh answers 404\ncurl -s http://127.0.0.1:8080/there\n```\n',
      '200',
    ],
    [
      'with a field that the answer lacks',
      `${call}\`\`\`json\n{"id":"a","count":1,"items":[],"more":true}\n\`\`\`\n`,
      'more',
    ],
    ['without a field that the answer has', `${call}\`\`\`json\n{"id":"a"}\n\`\`\`\n`, 'count'],
    ['with a field of another type', `${call}\`\`\`json excerpt\n{"count":"1"}\n\`\`\`\n`, 'number'],
    ['with another value where it says values', `${call}\`\`\`json exact excerpt\n{"count":2}\n\`\`\`\n`, '2'],
    ['with an answer that is no JSON', `${call}\`\`\`json\n{"id":\n\`\`\`\n`, 'JSON'],
    ['with a line that nothing has printed', '```sh\necho one\n```\n```text\ntwo\n```\n', 'not printed: two'],
    ['with lines in another order', '```sh\nprintf "one\\ntwo\\n"\n```\n```text\ntwo\none\n```\n', 'not printed: one'],
    [
      'with an id to copy that no answer has',
      '```sh\nWEBHOOK=01a210a1-c5c1-7b45-a8bb-d566eb1449aa\n```\n',
      'does not occur',
    ],
    ['with a mark that is unknown', '```sh sometimes\ntrue\n```\n', 'an unknown mark'],
    ['with a program without a name', '```js\nconsole.log(1)\n```\n', 'no file name'],
    [
      'with a page that loads what is not there',
      '```html\n<script src="http://127.0.0.1:8080/missing"></script>\n```\n',
      'returned 404',
    ],
    ['with a script of a page that cannot be read', '```html\n<script>let = 1 1</script>\n```\n', 'Unexpected'],
    [
      'with a server whose setting is wrong',
      '```sh server\nPARLEY_DEFAULT_MODEL=nothing npm start\n```\n',
      'PARLEY_DEFAULT_MODEL',
    ],
  ])('%s', async (_, page, reason) => {
    await expect(follow(page)).rejects.toThrow(reason)
  })

  test('and a right one does not', async () => {
    const page =
      `${call}\`\`\`json\n{"id":"b","count":7,"items":[]}\n\`\`\`\n\`\`\`json exact excerpt\n{"count":1}\n\`\`\`\n` +
      '```sh answers 404\ncurl -s http://127.0.0.1:8080/missing\n```\n```sh\nprintf "one\\ntwo\\nthree\\n"\n```\n```text\none\n…\nthree\n```\n' +
      '```js\n// page.js\nconsole.log("four")\n```\n```sh\nnpx node page.js\n```\n```text\nfour\n```\n'
    await follow(page)
  })
})
