// `parley prices`: sets, imports and lists the prices of the installation, all of a file or none.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BesideServer, startBesideServer } from './beside-server.ts'

let beside: BesideServer
beforeAll(async () => {
  beside = await startBesideServer()
})
afterAll(() => beside[Symbol.asyncDispose]())

it('sets, imports and lists prices, which organizations see and cannot delete', async () => {
  const { server, folder, run } = beside
  const valid_from = '2026-01-01T00:00:00Z'
  const set = ['prices', 'set', '--model', 'openai/scripted', '--input', '2.50', '--output', '10', '--locked']
  expect(await run(...set, '--valid-from', valid_from)).toMatchObject({ code: 0 })
  const file = join(folder, 'prices.json')
  const crawl = { kind: 'crawl', unit_price: '0.001', valid_from }
  await writeFile(file, JSON.stringify([crawl, { kind: 'model_call', model: 'openai/other', input: '-1' }]))
  expect((await run('prices', 'import', file)).code).not.toBe(0)
  await writeFile(file, JSON.stringify([crawl]))
  expect(await run('prices', 'import', file)).toMatchObject({ code: 0 })
  const listed = (await run('prices', 'list', '--json')).stdout.trimEnd().split('\n')
  const prices = listed.map((line) => JSON.parse(line) as { kind: string; locked: boolean })
  expect(prices.map(({ kind, locked }) => [kind, locked]).toSorted()).toEqual([
    ['crawl', false],
    ['model_call', true],
  ])
  const { data } = await server.client.listPrices({ inherited: true })
  expect(data.map(({ kind }) => kind).toSorted()).toEqual(['crawl', 'model_call'])
})
