import { testFilters } from './injection.ts'

testFilters([`%' or '1'='1`])
