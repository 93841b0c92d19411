// The network between a server and PostgreSQL fails at each statement of an execution in turn: at one of before and after, once and for good,
// unless PARLEY_TEST_EVERY=1 asks for all four.
import { testLosses } from './losses.ts'

testLosses(Number(process.env['PARLEY_TEST_EVERY'] ?? 4))
