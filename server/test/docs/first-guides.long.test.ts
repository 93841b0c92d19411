// The guides are correct: their blocks run. Those of the first pages run in guides.test.ts, the second half in second-guides.long.test.ts.
import { other_pages } from './markdown.ts'
import { runPages } from './pages-in-order.ts'

runPages(other_pages.slice(0, other_pages.length / 2))
