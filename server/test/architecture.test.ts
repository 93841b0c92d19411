// The invariants of ARCHITECTURE.md that no lint rule can see: who writes which table, and which code knows what.
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { operations } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { readConfig, settings } from '../src/settings.ts'

const source = join(import.meta.dirname, '..', 'src')

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.[jt]s$/.test(file) && !/\.(?:test|d)\.ts$/.test(file))
  .map((file) => ({ file: relative('.', file), text: readFileSync(join(source, file), 'utf8') }))

const writesTo = (tables: string) => new RegExp(`(insert into|update|delete from)\\s+(${tables})\\b`, 'i')

function filesWith(pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ file }) => file)
}

/** Also what only reads. */
const names = (tables: string) => new RegExp(`\\b(from|join|into|update|exists) (${tables})\\b`, 'i')

describe('conversations', () => {
  test('only their read/ and commit/ name their tables in SQL', () => {
    const elsewhere = filesWith(names('conversations|conversation_progress|handlings|turns|transcript_items|events'))
      .filter((file) => !/^(conversations\/(read|commit)|hand-off)\//.test(file))
      .toSorted()
    // Lists and queues of what people handle are read by the room that has them; it writes nothing of them.
    // Whether an agent still has conversations is asked under its lock; the doctor and the metrics count turns that are stuck; what a delivery tells is
    // read with its lane.
    expect(elsewhere).toEqual(['agents/queries.ts', 'doctor/database.ts', 'shared-queues.ts', 'webhooks/lanes.ts'])
  })
})

describe('one writer', () => {
  test('conversations, their progress, items and events are written by the one writer only', () => {
    const pattern = writesTo('conversations|conversation_progress|handlings|transcript_items|events')
    const writers = [
      ...[
        'analysis.ts',
        // How deep a chain of calls is, and that it is held back.
        'around-workflows.ts',
        'confidence.ts',
        'content.ts',
        'handlings.ts',
        'log.ts',
        'new-many.ts',
        'new-one.ts',
        'new.ts',
        'purge.ts',
        // Only the fence of a statement that may still be on its way.
        'uncertain-commit.ts',
        'write-changes.ts',
      ],
    ]
    expect(filesWith(pattern).toSorted()).toEqual(writers.map((file) => `conversations/commit/${file}`))
  })

  test('turns are written there too; what leases.ts and retrievals.ts write of a turn is theirs alone', () => {
    const writers = ['content.ts', 'if-unchanged.ts', 'leases.ts', 'purge.ts', 'retrievals.ts', 'write-changes.ts'].map(
      (file) => `conversations/commit/${file}`,
    )
    expect(filesWith(writesTo('turns')).toSorted()).toEqual(writers)
    const assignedIn = (name: string) => {
      const { text } = files.find(({ file }) => file === `conversations/commit/${name}`)!
      return new Set([...text.matchAll(/update turns (?:t )?set (\w+) =/g)].map((match) => match[1]))
    }
    // Renewed, lent and given back; how many searches were recorded.
    expect(assignedIn('leases.ts')).toEqual(new Set(['lease_expires_at', 'partial_text']))
    expect(assignedIn('retrievals.ts')).toEqual(new Set(['retrievals']))
  })
})

test('statistics are counted where conversations are written, and added up in one place', () => {
  const writers = ['content.ts', 'log.ts', 'new-many.ts', 'new-one.ts', 'new.ts', 'write-changes.ts'].map(
    (file) => `conversations/commit/${file}`,
  )
  expect(filesWith(/insert into statistics_deltas/).toSorted()).toEqual(writers)
  expect(filesWith(/delete from statistics_deltas/)).toEqual(['statistics/fold.ts'])
})

describe('T12: no transaction spans a network wait', () => {
  test('files that begin a transaction know no model, no HTTP and no outgoing request', () => {
    const transactional = files.filter(({ text }) => /\.transaction\(/.test(text)).map(({ file }) => file)
    expect(transactional.length).toBeGreaterThan(3)
    const known = new Map(files.map(({ file, text }) => [file, text]))
    for (const file of transactional) {
      expect(known.get(file), file).not.toMatch(/from '.*(engine\/|models\/|undici|outbound)/)
    }
  })
})

test('only config.ts reads the environment; before it is loaded, compile-cache.js looks where the data folder is', () => {
  expect(filesWith(/process\.env/)).toEqual(['compile-cache.js', 'config/config.ts'])
})

test('every operation says who can call it', () => {
  for (const operation of Object.values(operations)) {
    expect(Object.keys(operation.access).length > 0, operation.id).toBe(true)
    expect(operation.path, operation.id).toMatch(/^\/(core|admin|auth|knowledge-base|workflow)\/|^\/(healthz|readyz)$/)
  }
})

test('every setting that is read is in the reference, and the other way round', () => {
  const read = new Set<string>()
  const nothing: Record<string, string | undefined> = {}
  readConfig(new Proxy(nothing, { get: (_empty, name) => void read.add(String(name)) }))
  expect([...read].toSorted()).toEqual(settings.map(({ name }) => name).toSorted())
})
