// The server's answers, to the byte: each walk makes its requests again, and every answer must equal the recorded one.
// `npm run record:wire` writes new recordings, for an intended change.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ErrorName, type Operation, describeError, errorTable, operations } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { walks } from './walks/index.ts'
import { type World, openWorld } from './world.ts'

const is_recording = process.env['PARLEY_RECORD_WIRE'] === '1'
const folder = join(import.meta.dirname, 'recordings')
const fileOf = (name: string) => join(folder, `${name}.txt`)

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

type Recording = [title: string, text: string][]

function readRecording(name: string): Recording {
  if (!existsSync(fileOf(name))) return []
  const sections = readFileSync(fileOf(name), 'utf8').slice('### '.length, -1).split('\n\n### ')
  return sections.map((section) => {
    const end = section.indexOf('\n')
    return [section.slice(0, end), section.slice(end + 1)]
  })
}

function writeRecording(name: string, recording: Recording): void {
  writeFileSync(fileOf(name), recording.map(([title, text]) => `### ${title}\n${text}\n`).join('\n'))
}

describe('the answers equal the recordings', () => {
  // On a busy machine a walk takes many times as long.
  test.each(Object.entries(walks))('%s', { timeout: 120_000 }, async (name, walkThrough) => {
    using walk = await world.openWalk(name)
    await walkThrough(walk)
    const seen = walk.render()
    if (is_recording) writeRecording(name, seen)
    const recorded = readRecording(name)
    expect(seen.map(([title]) => title)).toEqual(recorded.map(([title]) => title))
    for (const [index, [title, text]] of seen.entries()) expect.soft(text, title).toBe(recorded[index]![1])
  })

  test('every recording has its walk', () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(walks)
        .map((name) => `${name}.txt`)
        .sort(),
    )
  })
})

describe('the recordings', () => {
  /** After the walks, which may have written them. */
  let read: Recording | undefined
  const all = () => (read ??= Object.keys(walks).flatMap(readRecording))

  test.each(Object.values<Operation>(operations).map(({ id, success }) => [id, success.status] as const))(
    '%s has a successful answer',
    (id, status) => {
      const succeeded = all().filter(([title, text]) => title.startsWith(`${id}: `) && text.includes(`\n< ${status} `))
      expect(succeeded).not.toEqual([])
    },
  )

  /** What no walk reaches, and why. */
  const unreachable: Partial<Record<ErrorName, string>> = {
    conversation_busy: 'nothing answers it',
    internal: 'it is a defect',
    migrating: 'the server has to be starting',
    overloaded: 'the server has to have too much to do',
    embedding_timed_out: 'an embedding model has to be silent for seconds',
    knowledge_unavailable: 'the database has to lack an extension',
    upload_timed_out: 'an upload has to be silent for half a minute',
    too_many_attachments: 'ten thousand pages have to be there',
    browser_key_refused: 'the server has to allow calls of pages of another origin',
    invitation_needed: 'only an operator is answered so, on the command line',
    conversation_has_no_agent: 'every active conversation in which people can answer has a version',
    too_many_conversations_held: 'a thousand conversations have to be held',
    trigger_conflict: 'triggers do not fire yet',
    budget_of_parent: 'a partner has to have set a budget of an organization below',
    organization_deleting: 'a parent has to be deleted while its child is created',
    too_many_children: 'a thousand children have to be there',
    too_many_descendants: 'ten thousand organizations have to be there',
    too_many_prices: 'two thousand prices have to be there',
    connection_failed: 'connections are not called yet',
  }
  const names = Object.keys(errorTable) as ErrorName[]

  test.each(names.filter((name) => !(name in unreachable)))('include the refusal %s', (name) => {
    const { status, code } = describeError(name)
    const refusals = all().filter(([, text]) => text.includes(`"code":"${code}"`) && text.includes(`< ${status} `))
    expect(refusals).not.toEqual([])
  })

  test.each(Object.keys(unreachable) as ErrorName[])('do not include %s, as stated above', (name) => {
    const { status, code } = describeError(name)
    const found = all().filter(([, text]) => text.includes(`"code":"${code}"`) && text.includes(`< ${status} `))
    expect(found).toEqual([])
  })
})
