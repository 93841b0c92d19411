// The texts of the page of a source: its facts, its text and chunks, and what became of each address of a crawl.
import type { CrawlStatus, PageOutcome, SourceStatus, UploadStatus } from '@parley/contract'
import { formatCount, formatNumber } from '../../base/format.ts'
import type { SourceSection } from '../knowledge-search.ts'

const statuses: Record<SourceStatus, string> = {
  pending: 'Waiting',
  converting_to_markdown: 'Reading',
  ready: 'Ready',
  failed: 'Failed',
}

const uploads: Record<UploadStatus, string> = {
  PENDING: 'Not there yet',
  IN_PROGRESS: 'On its way',
  COMPLETE: 'Complete',
  FAILED: 'Failed',
}

const sections: Record<SourceSection, string> = { text: 'Text', chunks: 'Chunks', crawl: 'Crawls' }

const crawlStatuses: Record<CrawlStatus, string> = {
  running: 'Running',
  complete: 'Complete',
  failed: 'Failed',
  cancelled: 'Stopped',
}

const outcomes: Record<PageOutcome, string> = {
  stored: 'Stored',
  unchanged: 'Unchanged',
  duplicate: 'Same text as another page',
  excluded: 'Excluded',
  robots: 'Forbidden by robots.txt',
  noindex: 'Asked not to be indexed',
  gone: 'Gone',
  failed: 'Failed',
}

const languageNames = new Intl.DisplayNames('en', { type: 'language' })

export const sourcePageTexts = {
  backToList: 'All knowledge bases',
  backTo: (name: string) => `Back to ${name}`,
  facts: 'About',
  status: 'State',
  statuses,
  file: 'File',
  uploads,
  type: 'Kind',
  types: { FILE: 'File', URL: 'Web page' },
  size: 'Size',
  revision: 'Revision',
  revisionHint: (revision: number) => (revision === 0 ? 'No content yet' : String(revision)),
  pages: 'Pages',
  characters: 'Characters',
  language: 'Language',
  nameOfLanguage: (code: string) => languageNames.of(code) ?? code,
  hash: 'SHA-256',
  description: 'Description',
  parent: 'Found by the crawl of',
  parentLink: 'Open the start page',
  created: 'Added',
  updated: 'Changed',
  warnings: 'Warnings',
  reason: 'Why',
  tries: (count: number) => formatCount(count, 'try', 'tries'),
  datasets: 'Part of',
  inNone: 'No knowledge base',
  download: 'Download',
  openPage: 'Open page',
  replace: 'Replace file',
  replaced: 'File replaced. The old content answers until the new is ready.',
  fetch: 'Fetch again',
  fetching: 'Fetching…',
  fetched: 'Fetching started',
  stop: 'Stop fetching',
  stopped: 'Fetching stopped',
  accept: 'Accept removals',
  acceptHint: 'More than half of the pages are gone from the site, so none was removed. Accept that if it is right.',
  remove: 'Delete…',
  removeTitle: (name: string) => `Delete ${name}?`,
  removeText:
    'It goes from every knowledge base, with its file, text and vectors, and the pages of its crawl. You cannot undo this.',
  removeSubmit: 'Delete',
  removed: 'Source deleted',
  sectionsLabel: 'Sections',
  sections,
  noText: 'There is no text yet.',
  textHint: 'As searches see it. Pictures are not loaded.',
  moreText: 'Show more',
  textOf: (shown: number, all: number) => `${formatNumber(shown)} of ${formatNumber(all)} characters`,
  chunksOf: 'Chunks in',
  noChunks: 'There are no chunks yet.',
  noDataset: 'Add the source to a knowledge base to see its chunks.',
  chunk: (position: number) => `Chunk ${formatNumber(position + 1)}`,
  charactersOf: (count: number) => formatCount(count, 'character', 'characters'),
  noCrawls: 'It was not fetched yet.',
  crawlOf: (time: string) => `Started ${time}`,
  crawlStatuses,
  outcomes,
  waiting: (count: number) => `${formatNumber(count)} waiting`,
  outcome: 'Show addresses',
  all: 'All',
  addresses: 'Addresses',
  noAddresses: 'No matching addresses.',
  refresh: 'Fetched again',
  refreshOften: 'How often',
  refreshes: { '': 'Only when asked', '24': 'Every day', '168': 'Every week', '720': 'Every 30 days' },
  refreshEvery: (hours: number) => `Every ${formatCount(hours, 'hour', 'hours')}`,
  refreshSaved: 'Saved',
  next: 'Next time',
} as const
