// Finds tools by plain words: an index of what the contract says of each, made at the first search.
import MiniSearch from 'minisearch'
import { toolOperations } from '../calls/rules/mcp-tools.ts'
import { termsOf, wantedTermsOf } from './rules/terms.ts'

export type SearchTools = (query: string) => string[]

export function createSearch(): SearchTools {
  const index = new MiniSearch({
    fields: ['words', 'summary', 'fields', 'description'],
    tokenize: termsOf,
    searchOptions: {
      tokenize: wantedTermsOf,
      boost,
      boostDocument,
      prefix,
      fuzzy,
      weights: { prefix: 0.3, fuzzy: 0.2 },
    },
  })
  index.addAll(
    [...toolOperations].map(([name, { summary, description = '', tag, path, params, query, body }]) => ({
      id: name,
      words: `${name.replaceAll('_', ' ')} ${tag}`,
      summary: `${summary} ${path.replaceAll(/[/{}_-]/g, ' ')}`,
      fields: [params, query, body].flatMap((part) => Object.keys(part?.properties ?? {})).join(' '),
      description,
    })),
  )
  return (text) => index.search(text).map(({ id }) => id as string)
}

const boost = { words: 4, summary: 3, fields: 1, description: 0.5 }

/** Who names no verb rather wants to see than to delete. */
const boostDocument = (name: string) => (name.includes('_list_') ? 1.2 : name.includes('_delete_') ? 0.8 : 1)

const prefix = (term: string) => term.length > 3
const fuzzy = (term: string) => (term.length > 5 ? 0.15 : 0)
