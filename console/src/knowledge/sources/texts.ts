// The texts of a knowledge base's sources: adding them, their states, and what can be done with them.
import { formatCount, formatNumber } from '../../base/format.ts'
import type { SourceFilter } from '../knowledge-search.ts'

const filters: Record<SourceFilter, string> = { ready: 'Ready', waiting: 'Waiting', failed: 'Failed' }

export const sourceTexts = {
  drop: 'Drop files here',
  dropHint: 'PDF, DOCX, XLSX, CSV, JSON, Markdown, text or HTML',
  dropNow: 'Drop to add',
  choose: 'Choose files',
  addPages: 'Add web pages',
  addExisting: 'Add existing',
  folders: 'Folders cannot be dropped. Choose the files in them, or use `parley knowledge apply`.',
  search: 'Search sources',
  filter: 'Show sources',
  all: 'All',
  filters,
  list: 'Sources',
  uploads: 'Uploads',
  empty: 'No sources yet. Drop files above, or add web pages.',
  emptyFiltered: 'No matching sources.',
  sending: (sent: number, size: number) => `${formatBytes(sent)} of ${formatBytes(size)}`,
  queued: 'Waiting to upload',
  finishing: 'Finishing',
  uploadFailed: 'The upload failed.',
  uploadOf: (name: string) => `Upload of ${name}`,
  again: (name: string) => `Upload ${name} again`,
  discard: (name: string) => `Discard ${name}`,
  added: (count: number) => `${formatCount(count, 'source', 'sources')} added`,
  progressOf: (name: string) => `Progress of ${name}`,
  chunks: (count: number) => formatCount(count, 'chunk', 'chunks'),
  chunksOf: (done: number, total: number) => `${formatNumber(done)} of ${formatCount(total, 'chunk', 'chunks')}`,
  pages: (count: number) => formatCount(count, 'page', 'pages'),
  byCrawl: 'found by a crawl',
  fetching: (stored: number, waiting: number) =>
    `Fetching: ${formatNumber(stored)} stored, ${formatNumber(waiting)} waiting`,
  stillServed: 'The content of before still answers.',
  tries: (count: number) => formatCount(count, 'try', 'tries'),
  nextTry: (time: string) => `tried again at ${time}`,
  select: (name: string) => `Select ${name}`,
  selectAll: 'Select all that are shown',
  selected: (count: number) => `${formatNumber(count)} selected`,
  actionsOf: (name: string) => `Actions for ${name}`,
  open: 'Open',
  rerun: 'Run again',
  rerunDone: (count: number) => `${formatCount(count, 'source', 'sources')} queued`,
  replace: 'Replace file…',
  replaced: (name: string) => `${name} was replaced`,
  fetchAgain: 'Fetch again',
  fetchDone: 'Fetching started',
  cancelFetch: 'Stop fetching',
  cancelDone: 'Fetching stopped. Pages that are stored stay.',
  detach: 'Detach…',
  remove: 'Delete…',
  partly: (failed: number, all: number) => `${failed} of ${all} could not be changed. Try those again.`,
  detachTitle: (count: number) => `Detach ${formatCount(count, 'source', 'sources')}?`,
  detachText: 'This knowledge base finds them no more. The sources stay, and other knowledge bases keep them.',
  detachSubmit: 'Detach',
  detached: 'Detached',
  deleteTitle: (count: number) => `Delete ${formatCount(count, 'source', 'sources')}?`,
  deleteText:
    'They go from every knowledge base, with their files, texts and vectors, and the pages of their crawls. You cannot undo this.',
  deleteSubmit: 'Delete',
  deleted: 'Deleted',
  leaveDialog: {
    title: 'Leave while files are being uploaded?',
    text: 'Those that have not arrived are not added.',
    submit: 'Leave',
  },
  pagesDialog: {
    title: 'Add web pages',
    text: 'Only public addresses are fetched, and robots.txt is followed. Pages that need scripts to show text cannot be read.',
    urls: 'Addresses',
    urlsHint: 'One on each line, 100 at most.',
    urlsMissing: 'Enter at least one address, such as https://example.com/help.',
    badUrl: (url: string) => `“${url}” is not an http or https address.`,
    tooMany: 'Enter at most 100 addresses.',
    crawl: 'Follow links to more pages of the same site',
    limit: 'Pages at most',
    depth: 'Path segments below the start',
    discovery: 'Links away from the start',
    include: 'Only paths that match',
    exclude: 'Not paths that match',
    pathsHint: 'One on each line, such as /help/* or ^/docs/v2.',
    sitemap: 'Read the sitemap too',
    delay: 'Milliseconds between two requests',
    number: (least: number, most: number) =>
      `Enter a whole number from ${formatNumber(least)} to ${formatNumber(most)}.`,
    submit: 'Add',
  },
  existingDialog: {
    title: 'Add existing sources',
    text: 'Sources of other knowledge bases, and those that are in none.',
    search: 'Search by name',
    none: 'No matching sources.',
    submit: (count: number) => (count === 0 ? 'Add' : `Add ${formatNumber(count)}`),
    list: 'Existing sources',
    noneChosen: 'Select at least one source.',
  },
} as const

const units = ['bytes', 'KB', 'MB', 'GB'] as const

/** As in 512 bytes, 1.4 MB. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
