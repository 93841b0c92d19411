// K10 with some of the hostile texts; hostile-text.long.test.ts: with all of them.
import { testInjections } from './hostile-text.ts'

testInjections(4)
