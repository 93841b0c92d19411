// The guides are correct: their blocks run. Those of the first pages run in guides.test.ts.
import { first_pages, pages } from './markdown.ts'
import { runPages } from './pages-in-order.ts'

runPages(pages.filter((page) => !first_pages.includes(page)))
