// The search for tools, whose index is made when somebody first searches.
import { later } from '../base/later.ts'

export const loadSearch = later(async () => (await import('./search.ts')).createSearch())
