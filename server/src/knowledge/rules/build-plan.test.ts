import { expect, test } from 'vitest'
import { type PlannedSource, planBuild } from './build-plan.ts'

const attachment = { status: 'pending', chunking: null, tries: 0 } as const
const source: PlannedSource = {
  ...{ source_status: 'ready', source_reason: null, source_chunking: null, dataset_chunking: null },
  ...{ dataset_language: 'auto', text_blob_id: 'text', text_language: 'de' },
}
const own = { method: 'structure_based', chunk_size: 300, chunk_overlap: 0 } as const

test('a text that is there is built, with the strategy that counts and the stemmer of its language', () => {
  const chunking = { method: 'fixed_size', chunk_size: 1000, chunk_overlap: 0 }
  expect(planBuild(attachment, source)).toEqual({
    next: 'build',
    of: { text_blob_id: 'text', chunking, language: 'german' },
  })
  const inherited = { ...source, dataset_chunking: own, source_chunking: { ...own, chunk_size: 400 } }
  expect(planBuild(attachment, inherited)).toMatchObject({ of: { chunking: { chunk_size: 400 } } })
  expect(planBuild({ ...attachment, chunking: own }, inherited)).toMatchObject({ of: { chunking: own } })
  expect(planBuild(attachment, { ...inherited, source_chunking: null })).toMatchObject({ of: { chunking: own } })
})

test('what is over, or waits for its text, is left alone', () => {
  for (const status of ['ready', 'failed'] as const) {
    expect(planBuild({ ...attachment, status }, source)).toEqual({ next: 'nothing' })
  }
  for (const source_status of ['pending', 'converting_to_markdown'] as const) {
    // It still has the text from before.
    expect(planBuild(attachment, { ...source, source_status })).toEqual({ next: 'nothing' })
  }
  expect(planBuild(attachment, { ...source, text_blob_id: null })).toEqual({ next: 'nothing' })
})

test('it fails with its source, or when every try was lost', () => {
  const reason = { code: 'corrupt', message: 'The file is broken.' } as const
  const failed = { ...source, source_status: 'failed', source_reason: reason } as const
  expect(planBuild(attachment, failed)).toEqual({ next: 'fail', reason })
  expect(planBuild({ ...attachment, tries: 5 }, source)).toMatchObject({ next: 'build' })
  expect(planBuild({ ...attachment, tries: 6 }, source)).toMatchObject({
    ...{ next: 'fail', reason: { code: 'attempts_exhausted' } },
  })
})
