import { expect, test } from 'vitest'
import { type PagesForm, checkPages, emptyPages, readPages } from './pages-form.ts'

const form = (fields: Partial<PagesForm>): PagesForm => ({ ...emptyPages, ...fields })

test('each line is a page, without options for a crawl', () => {
  expect(readPages(form({ urls: ' https://a.example/x \n\nhttp://b.example\n' }))).toEqual([
    { type: 'URL', url: 'https://a.example/x' },
    { type: 'URL', url: 'http://b.example' },
  ])
})

test('a crawl sends its options, and paths only where there are some', () => {
  const crawl = form({ urls: 'https://a.example', isCrawl: true, limit: '50', exclude_paths: '/old/*\n/tmp' })
  expect(readPages(crawl)).toEqual([
    {
      type: 'URL',
      url: 'https://a.example',
      url_crawl_options: {
        ...{ limit: 50, max_depth: 3, max_discovery_depth: 3, delay_ms: 250 },
        ...{ use_sitemap: true, exclude_paths: ['/old/*', '/tmp'] },
      },
    },
  ])
})

test.each([
  [{ urls: '' }, 'urls', 'Enter at least one address'],
  [{ urls: 'https://a.example\nexample.com' }, 'urls', '“example.com” is not'],
  [{ urls: 'javascript:alert(1)' }, 'urls', 'is not an http'],
  [
    { urls: Array.from({ length: 101 }, (_none, index) => `https://a.example/${index}`).join('\n') },
    'urls',
    'at most 100',
  ],
  [{ urls: 'https://a.example', isCrawl: true, limit: '0' }, 'limit', 'from 1 to 1,000'],
  [{ urls: 'https://a.example', isCrawl: true, delay_ms: '1.5' }, 'delay_ms', 'from 0 to 10,000'],
] as const)('%j has a fault in %s', (fields, name, text) => {
  expect(checkPages(form(fields))[name]).toContain(text)
})

test('options that are not used are not checked', () => {
  expect(checkPages(form({ urls: 'https://a.example', limit: 'many' }))).toEqual({})
})
