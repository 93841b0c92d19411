// The guides are correct: their blocks run. The second half of the pages; the first half runs in first-guides.long.test.ts.
import { other_pages } from './markdown.ts'
import { runPages } from './pages-in-order.ts'

runPages(other_pages.slice(other_pages.length / 2))
