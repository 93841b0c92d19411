import type { Dataset, KnowledgeCapabilities } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { changesOf, checkGeneral, checkModel, generalOf, listModels, modelChange, modelOf } from './dataset-form.ts'

const dataset = {
  name: 'Shop',
  description: null,
  language: 'auto',
  embedding_provider: 'openai',
  embedding_model: 'text-embedding-3-small',
  embedding_dimension: 768,
  chunking_strategy: { method: 'fixed_size', chunk_size: 1000, chunk_overlap: 0 },
  reembedding: null,
  counts: { chunks: 40 },
} as Dataset
const form = generalOf(dataset)

describe('general settings', () => {
  test('nothing is sent of what stays the same', () => {
    expect(changesOf(dataset, form)).toEqual({})
    expect(changesOf(dataset, { ...form, name: ' Shop ', chunk_size: '1000 ' })).toEqual({})
  })

  test('what differs is sent, and a way of cutting as a whole', () => {
    expect(changesOf(dataset, { ...form, description: ' Of the shop ', language: 'german' })).toEqual({
      description: 'Of the shop',
      language: 'german',
    })
    expect(changesOf(dataset, { ...form, chunk_overlap: '200' })).toEqual({
      chunking_strategy: { method: 'fixed_size', chunk_size: 1000, chunk_overlap: 200 },
    })
    expect(changesOf({ ...dataset, description: 'Old' }, form)).toEqual({ description: null })
  })

  test.each([
    ['99', '0', ['chunk_size']],
    ['8001', '0', ['chunk_size']],
    ['1000', '501', ['chunk_overlap']],
    ['1000', '-1', ['chunk_overlap']],
    ['1000', '500', []],
    ['many', '0', ['chunk_size', 'chunk_overlap']],
  ])('of size %s and overlap %s, at fault: %j', (chunk_size, chunk_overlap, faults) => {
    expect(Object.keys(checkGeneral({ ...form, chunk_size, chunk_overlap }))).toEqual(faults)
  })
})

describe('the model', () => {
  const model = modelOf(dataset)
  const small = 'openai/text-embedding-3-small'

  test('stays if the same is chosen, also with its dimension', () => {
    expect(modelChange(dataset, model)).toBeNull()
    expect(modelChange(dataset, { ...model, dimension: '768' })).toBeNull()
    expect(modelChange({ ...dataset, embedding_model: null }, { ...model, choice: '' })).toBeNull()
  })

  test('another, or another dimension, is a change, and says which provider gets the text', () => {
    expect(modelChange(dataset, { ...model, choice: 'google/gemini-embedding-001' })).toEqual({
      embedding_model: 'google/gemini-embedding-001',
      embedding_dimension: null,
      provider: 'google',
      chunks: 40,
    })
    expect(modelChange(dataset, { ...model, dimension: '256' })).toEqual({
      embedding_model: small,
      embedding_dimension: 256,
      provider: 'openai',
      chunks: 40,
    })
    expect(modelChange(dataset, { choice: 'other', other: ' bge-m3 ', dimension: '' })).toMatchObject({
      embedding_model: 'bge-m3',
      provider: 'openai',
    })
  })

  test('can be the old one again while another is being filled, and nothing is sent', () => {
    const changing = { ...dataset, reembedding: { embedding_model: 'gemini-embedding-001' } } as Dataset
    expect(modelChange(changing, modelOf(changing))).toEqual({
      embedding_model: small,
      embedding_dimension: 768,
      provider: 'openai',
      chunks: 0,
    })
  })

  test('is chosen among those that the server knows and the one in use', () => {
    const capabilities = {
      embedding_models: [
        { provider: 'google', model: 'gemini-embedding-001', dimension: 3072 },
        { provider: 'openai', model: 'text-embedding-3-small', dimension: 768 },
      ],
    } as KnowledgeCapabilities
    expect(listModels(dataset, capabilities)).toEqual([small, 'google/gemini-embedding-001'])
    expect(listModels({ ...dataset, embedding_model: null }, undefined)).toEqual([])
  })

  test('has faults that are told before it is sent', () => {
    expect(checkModel({ choice: 'other', other: ' ', dimension: '63' })).toEqual({
      other: 'Enter the name of a model.',
      dimension: 'Enter a whole number from 64 to 4,096, or nothing.',
    })
    expect(checkModel(model)).toEqual({})
  })
})
