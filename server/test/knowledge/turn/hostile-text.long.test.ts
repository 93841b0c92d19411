// K10 with each of the hostile texts.
import { testInjections } from './hostile-text.ts'

testInjections(1)
