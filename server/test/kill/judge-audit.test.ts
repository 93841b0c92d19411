// The judge finds what is wrong with the audit log: a sound run, damaged in one way after another.
import { expect, test } from 'vitest'
import { type StoredAudit, judgeAudit } from './judge-audit.ts'
import type { Answer, SentChanges, ViolationKind } from './records.ts'

const answered = (status: number, code: string | null = null): Answer => ({
  kind: 'answer',
  ...{ status, code, turn_id: null, reply: null },
})
const lost: Answer = { kind: 'lost' }

/** An agent that was made at the second try, one that was refused, and three names of one agent, of which a lost answer told one. */
function soundRun(): { sent: SentChanges; stored: StoredAudit } {
  const renamed = (from: string, to: string) => ({ action: 'updateAgent', target_id: 'r', from, to })
  return {
    sent: {
      made: [
        { name: 'a', answers: [lost, answered(200)] },
        { name: 'b', answers: [answered(422)] },
      ],
      renames: [
        { name: 'x', answers: [answered(200)] },
        { name: 'y', answers: [lost] },
        { name: 'z', answers: [answered(200)] },
        { name: 'w', answers: [lost] },
      ],
    },
    stored: {
      entries: [
        renamed('first', 'x'),
        { action: 'createAgent', target_id: '1', from: null, to: 'a' },
        renamed('x', 'y'),
        renamed('y', 'z'),
      ],
      agents: [
        { id: 'r', name: 'z' },
        { id: '1', name: 'a' },
      ],
      renamed: { id: 'r', name: 'first' },
      faults: [],
    },
  }
}

type Run = ReturnType<typeof soundRun>

function kindsOf({ sent, stored }: Run): ViolationKind[] {
  const kinds: ViolationKind[] = []
  judgeAudit((kind) => void kinds.push(kind), sent, stored)
  return kinds
}

test('a sound run has no violation', () => {
  const run = soundRun()
  expect(kindsOf(run)).toEqual([])
  expect(judgeAudit(() => {}, run.sent, run.stored)).toEqual({ confirmed: 3, entries: 4 })
})

test.each<[string, ViolationKind, (run: Run) => void]>([
  ['a chain that is broken', 'unaudited', ({ stored }) => void stored.faults.push('entries 3 to 3 are missing')],
  ['a creation without its entry', 'unaudited', ({ stored }) => void stored.entries.splice(1, 1)],
  ['two entries of a creation', 'unaudited', ({ stored }) => void stored.entries.push(stored.entries[1]!)],
  ['an entry of what was never stored', 'unaudited', ({ stored }) => void stored.agents.pop()],
  ['a confirmed agent that is gone', 'lost', ({ stored }) => void stored.agents.pop()],
  ['an agent twice', 'doubled', ({ stored }) => void stored.agents.push({ id: '2', name: 'a' })],
  ['an agent that was refused', 'misreported', ({ stored }) => void stored.agents.push({ id: '2', name: 'b' })],
  ['a change in between without its entry', 'unaudited', ({ stored }) => void stored.entries.splice(2, 1)],
  ['the last change without its entry', 'unaudited', ({ stored }) => void stored.entries.pop()],
  ['a confirmed change that is gone', 'lost', ({ stored }) => void stored.entries.pop()],
  ['two entries of a change', 'unaudited', ({ stored }) => void stored.entries.push(stored.entries[3]!)],
  ['a change that was refused', 'misreported', ({ sent }) => (sent.renames[1]!.answers = [answered(404)])],
  ['a fault', 'fault', ({ sent }) => void sent.made[0]!.answers.push(answered(500))],
])('%s', (_what, kind, damage) => {
  const run = soundRun()
  damage(run)
  expect(kindsOf(run)).toContain(kind)
})
