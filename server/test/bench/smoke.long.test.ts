// The programs of bench/ run, small, and print their tables; what they measure is nobody's business here. A second is enough for something
// to be measured on a loaded machine too.
import { describe, expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { run } from './run.ts'

describe('the programs that measure', { timeout: 240_000 }, () => {
  test('the cost of conversations, beside the limits', async () => {
    await using database = await createTestDatabase()
    const small = ['--rounds', '1', '--seconds', '1', '--cold-seconds', '1', '--callers', '2', '--paced', '3']
    const output = await run('turns.ts', '--database-url', database.connection_string, ...small, '--model-ms', '40')
    for (const load of ['2 at once', '3 at once, a model of 40 ms']) {
      expect(output).toMatch(new RegExp(`^\\| ${load} \\| turns per second .+\n\\| --- .+\n\\| limit \\| \\d+`, 'm'))
    }
    expect(output.match(/^\| Parley \| \d+/gm)).toHaveLength(2)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('many turns with a slow model', async () => {
    await using database = await createTestDatabase()
    const small = [
      '--turns',
      '3',
      '--model-ms',
      '20',
      '--rounds',
      '1',
      '--seconds',
      '1',
      '--idle',
      '2',
      '--idle-seconds',
      '0.1',
    ]
    const output = await run('slow-model.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^\| 3 callers, a model of 20 ms.+\n\| --- .+\n\| turns per second \| \d+/m)
    expect(output).toMatch(/^\| 2 more open conversations \| [\d.]+ %/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('one node and two, over one database', async () => {
    await using database = await createTestDatabase()
    const small = ['--rounds', '1', '--seconds', '1', '--callers', '4']
    const output = await run('nodes.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^\| one node \| \d+.+\n\| 2 nodes \| \d+/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('messages between nodes', async () => {
    await using database = await createTestDatabase()
    const small = ['--nodes', '3', '--seconds', '1', '--rate', '20']
    const output = await run('notifications.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^\| 3 \| \d+ \(highest.+\n\| 3 \| \d+ \(steady/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('a quiet organization beside a flood', async () => {
    await using database = await createTestDatabase()
    const small = ['--rounds', '1', '--seconds', '1', '--callers', '1', '--flooders', '2', '--characters', '5000']
    const output = await run('neighbours.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^\| ratio \| [\d.]+ .+ \| [\d.]+/m)
    expect(output).toMatch(/^\| beside the quiet one \| [\d.]+/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('visitors of a web widget beside the plain API', async () => {
    await using database = await createTestDatabase()
    const small = ['--rounds', '1', '--seconds', '1', '--callers', '2', '--starts', '3']
    const output = await run('web-widgets.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^\| a visitor \| \d+ .+ \| [\d.]+ /m)
    expect(output).toMatch(/^\| a start \| [\d.]+ .+ \| [\d.]+ /m)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('calls of the command line', async () => {
    await using database = await createTestDatabase()
    const output = await run('commands.ts', '--database-url', database.connection_string, '--times', '2')
    expect(output).toMatch(/^--help +minimum \d+ ms, median \d+ ms/m)
    expect(output).toMatch(/^chat --message +minimum \d+ ms/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('a crawl, and another of the same pages', async () => {
    await using database = await createTestDatabase()
    const output = await run('crawl.ts', '--database-url', database.connection_string, '--pages', '8')
    expect(output).toMatch(/^\| 8 stored, 0 unchanged \| [\d.]+.+\n\| 0 stored, 8 unchanged \| [\d.]+/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('timers of conversations, which read no ended one', async () => {
    await using database = await createTestDatabase()
    const small = ['--active', '300', '--ended', '3000', '--due', '20', '--organizations', '3']
    const output = await run('timers.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^20 due at once +minimum [\d.]+ ms/m)
    expect(output).toMatch(/Index Scan by conversations_pkey of conversations, 1 rows × \d+/)
    expect(output).not.toMatch(/Seq Scan of conversations|NaN|undefined/)
  })

  test('ingestion beside a bare program', async () => {
    await using database = await createTestDatabase()
    const small = ['--rounds', '1', '--files', '2', '--chunks-each', '120', '--model-ms', '5']
    const output = await run('ingestion.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^\| bare program \| [\d.]+.+\n\| Parley \| [\d.]+.+\n\| ratio \| [\d.]+/m)
    expect(output).toMatch(/^\| in all \| \d+ \|$/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('turns beside ingestion', async () => {
    await using database = await createTestDatabase()
    const small = ['--rounds', '1', '--seconds', '1', '--callers', '1', '--feeders', '1', '--chunks-each', '30']
    const output = await run('beside-ingestion.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^\| ratio \| [\d.]+ .+ \| [\d.]+/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })

  test('searches, their recall and their quality', async () => {
    await using database = await createTestDatabase()
    const url = ['--database-url', database.connection_string]
    const searches = await run(
      'search.ts',
      ...url,
      '--chunks',
      '60',
      '--sources',
      '3',
      '--dimension',
      '64',
      '--searches',
      '5',
    )
    expect(searches).toMatch(
      /^\| hybrid \| 1 \| [\d.]+ .+\n\| hybrid, no signs kept \| 1 \| [\d.]+ .+\n\| words \| 1 \| [\d.]+ .+\n\| vectors \| 1 \|/m,
    )
    expect(searches).toMatch(/^\| word_groups \| \d+ \|/m)
    const recall = await run('recall.ts', '--chunks', '400', '--dimension', '64', '--queries', '5')
    expect(recall).toMatch(/^\| an anisotropic mixture \| [\d.]+ \| [\d.]+ \| \d+ \|$/m)
    for (const output of [searches, recall]) expect(output).not.toMatch(/NaN|undefined/)
  })

  // On a PostgreSQL of its own, which counts what is touched.
  test('a database that grows', async () => {
    const output = await run('growth.ts', '--small', '40', '--conversations', '80', '--times', '2', '--turns', '12')
    expect(output).toMatch(/^\| 40 \| \d+.+\n\| 80 \| \d+/m)
    expect(output).toMatch(/^\| the newest \| \d+ \| \d+ \| [\d.]+ ms \| 20 \|$/m)
    expect(output).toMatch(/^\| sendConversationMessage \| \d+ \| \d+/m)
    expect(output).toMatch(/^\| conversations_listed \| conversations \|/m)
    expect(output).not.toMatch(/NaN|undefined|\*\*unknown/)
  })

  test('rows that many write to', async () => {
    await using database = await createTestDatabase()
    const output = await run(
      'hot-rows.ts',
      '--database-url',
      database.connection_string,
      '--writers',
      '2',
      '--seconds',
      '1',
    )
    expect(output).toMatch(/^\| one conversation \| 2 \| \d+/m)
    expect(output).toMatch(/^\| a sum of the organization \| 2 \| \d+/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })
})
