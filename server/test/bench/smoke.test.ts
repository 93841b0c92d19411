// The programs of bench/ run, small, and print their tables; what they measure is nobody's business here.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'

const folder = join(import.meta.dirname, '..', '..', '..', 'bench')

async function run(program: string, ...parameters: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, program), ...parameters])
  return stdout
}

describe('the programs that measure', { timeout: 240_000 }, () => {
  test('the cost of a turn, beside the baseline', async () => {
    await using database = await createTestDatabase()
    const small = ['--rounds', '1', '--seconds', '0.3', '--callers', '3']
    const output = await run('turns.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^machine .+\nload +3 callers, 1 rounds/)
    for (const contestant of ['baseline', 'turn', 'streamed turn']) {
      expect(output).toMatch(new RegExp(`^${contestant} *\n  turns a second +\\d+`, 'm'))
    }
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
      '0.3',
      '--idle',
      '2',
      '--idle-seconds',
      '0.1',
    ]
    const output = await run('slow-model.ts', '--database-url', database.connection_string, ...small)
    expect(output).toMatch(/^\| 3 callers, a model of 20 ms.+\n\| --- .+\n\| turns a second \| \d+/m)
    expect(output).toMatch(/^\| 2 open conversations more \| [\d.]+ %/m)
    expect(output).not.toMatch(/NaN|undefined/)
  })
})
