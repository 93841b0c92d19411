import { injections } from './crafted.ts'
import { testFilters } from './injection.ts'

testFilters(injections)
