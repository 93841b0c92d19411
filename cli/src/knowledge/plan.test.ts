import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LocalFile, type ServerFile, planKnowledge } from './plan.ts'

const local = (path: string, hash: string): LocalFile => ({ path, hash, bytes: 1 })
let ids = 0
const onServer = (name: string, hash: string | null): ServerFile => {
  ids += 1
  return { name, hash, dataset_source_id: `a${ids}`, source_id: `s${ids}`, failure: null }
}

/** As in `+ added ~ changed = unchanged - extra`. */
function describe({ added, changed, unchanged, extra }: ReturnType<typeof planKnowledge>): string[] {
  return [
    ...added.map(({ path }) => `+ ${path}`),
    ...changed.map(({ file }) => `~ ${file.path}`),
    ...unchanged.map(({ file }) => `= ${file.path}`),
    ...extra.map(({ name, hash }) => `- ${name} ${hash}`),
  ]
}

test('each file is new, changed or unchanged by its content, and the rest of the server is extra', () => {
  const files = [local('b.md', '2'), local('guides/a.md', '1'), local('c.md', '3')]
  const there = [onServer('b.md', '2'), onServer('c.md', 'old'), onServer('gone.md', '4')]
  expect(describe(planKnowledge(files, there))).toEqual(['+ guides/a.md', '~ c.md', '= b.md', '- gone.md 4'])
})

test('a file of the same content under another name is another file, and one whose bytes never arrived is sent', () => {
  expect(describe(planKnowledge([local('new.md', '1')], [onServer('old.md', '1')]))).toEqual(['+ new.md', '- old.md 1'])
  expect(describe(planKnowledge([local('a.md', '1')], [onServer('a.md', null)]))).toEqual(['~ a.md'])
})

test('of several with one name the right one stays, else the first', () => {
  const twice = [onServer('a.md', 'old'), onServer('a.md', '1'), onServer('a.md', 'older')]
  expect(describe(planKnowledge([local('a.md', '1')], twice))).toEqual(['= a.md', '- a.md old', '- a.md older'])
  expect(describe(planKnowledge([local('a.md', '2')], twice))).toEqual(['~ a.md', '- a.md 1', '- a.md older'])
})

test('carrying a plan out leaves nothing to do but what is extra', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd')
  const hash = fc.constantFrom('1', '2')
  const files = fc.uniqueArray(fc.record({ path: name, hash, bytes: fc.nat() }), { selector: ({ path }) => path })
  const there = fc.array(fc.record({ name, hash: fc.option(hash) }))
  fc.assert(
    fc.property(files, there, fc.boolean(), (wanted, found, isPruned) => {
      const before = found.map((one) => onServer(one.name, one.hash))
      const { added, changed, unchanged, extra } = planKnowledge(wanted, before)
      expect(added.length + changed.length + unchanged.length).toBe(wanted.length)
      expect(changed.length + unchanged.length + extra.length).toBe(before.length)
      const after = [
        ...added.map(({ path, hash: of }) => onServer(path, of)),
        ...changed.map(({ file, on_server }) => ({ ...on_server, hash: file.hash })),
        ...unchanged.map(({ on_server }) => on_server),
        ...(isPruned ? [] : extra),
      ]
      const again = planKnowledge(wanted, after)
      expect([again.added, again.changed]).toEqual([[], []])
      expect(again.extra).toHaveLength(isPruned ? 0 : extra.length)
    }),
  )
})
