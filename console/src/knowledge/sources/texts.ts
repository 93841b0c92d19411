// The texts of a knowledge base's sources: adding them, their states, and what can be done with them.
import type { KnowledgeFault } from '@parley/contract'
import { formatCount, formatNumber } from '../../base/format.ts'
import type { SourceFilter } from '../knowledge-search.ts'

const filters: Record<SourceFilter, string> = { ready: 'Ready', waiting: 'Waiting', failed: 'Failed' }

/** What a person can do about a failure; the server says what happened. */
const advice: Partial<Record<KnowledgeFault, string>> = {
  unsupported_type: 'Save it as PDF, DOCX, XLSX, CSV, JSON, Markdown, text or HTML, and replace the file.',
  encrypted: 'Save it without a password, and replace the file.',
  corrupt: 'Check that the file opens on your computer, and replace it.',
  empty: 'Replace the file with one that has text.',
  no_text: 'Pictures of text cannot be read. Run text recognition on the file first, and replace it.',
  too_large: 'Split the file, and add the parts.',
  too_many_pages: 'Split the file, and add the parts.',
  too_many_chunks: 'Split the file, or choose larger chunks.',
  upload_expired: 'Replace the file: its bytes never arrived.',
  refused_address: 'Only public addresses are fetched.',
  robots_disallowed: 'The site’s robots.txt forbids it. Ask its owner, or upload the page as a file.',
  too_many_gone: 'Check the site. If the pages are really gone, fetch it anew and accept the removals.',
  embedding_unauthorized: 'Check the key of the embedding model’s provider, then run it again.',
  dimension_mismatch: 'Set the dimension that the model has in Settings.',
  quota_exceeded: 'Delete what is not needed, then run it again.',
}

const otherAdvice = 'Run it again. If it fails again, look at the server’s log.'

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
  advice,
  otherAdvice,
  live: 'Live',
  reconnecting: 'Connection lost. Reconnecting…',
  select: (name: string) => `Select ${name}`,
  selectAll: 'Select all that are shown',
  selected: (count: number) => `${formatNumber(count)} selected`,
  actionsOf: (name: string) => `Actions for ${name}`,
  open: 'Open',
  rerun: 'Run again',
  rerunDone: (count: number) => `${formatCount(count, 'source', 'sources')} queued`,
  replace: 'Replace file…',
  replaced: (name: string) => `${name} was replaced`,
  fetchAgain: 'Fetch anew',
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
